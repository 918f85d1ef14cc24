//! Accepting an invitation: its link proves the address, and its reader chooses name and password.

use super::{
    Refusal, endings,
    strength::{self, Personal},
};
use crate::{
    crypto::digest,
    domain::{
        audit::{Action, Outcome},
        ids::UserId,
        one_time::{OneTimeToken, Purpose},
        secret::Secret,
        user::{Profile, User},
    },
    services::{
        admin::users::check_profile,
        audit::{self, Entry},
        core::Core,
        limits::{self, Act, Admitted},
        visitor::Visitor,
    },
    store::{
        Db, StoreError, one_time_tokens,
        users::{self, Updated},
    },
};

/// What somebody who was invited fills in.
#[derive(Clone, Debug)]
pub struct Acceptance {
    pub token: Secret<String>,
    /// An empty one leaves the name that the administrator wrote.
    pub name: String,
    pub password: Secret<String>,
}

/// What an acceptance rests on until it is spent.
struct Link {
    token: OneTimeToken,
    name: Option<String>,
    admitted: Admitted,
    visitor: Visitor,
}

/// Whom the link invites, while it is good.
pub async fn invited(core: &Core, token: Secret<String>) -> Result<Option<User>, Refusal> {
    core.run(move |core| Ok(find(core, &token)?.map(|(_, user)| user))).await
}

/// Spends the link: of N who use it at the same moment one gets the account.
pub async fn accept_invitation(core: &Core, wish: Acceptance, visitor: Visitor) -> Result<User, Refusal> {
    let password = wish.password.clone();
    let link = core.run(move |core| judge(core, &wish, visitor)).await?;
    let hash = core.hash_password(password).await?;
    core.run(move |core| core.store.write(|db| spend(core, db, &link, &hash))?).await
}

fn find(core: &Core, token: &Secret<String>) -> Result<Option<(OneTimeToken, User)>, StoreError> {
    let (now, digest) = (core.clock.now(), digest::secret(token.reveal()));
    core.store.read(|db| {
        let token = one_time_tokens::find(db, Purpose::Invitation, &digest, now)?;
        let user = match token.as_ref().and_then(|token| token.user_id.as_ref()) {
            Some(id) => users::find_by_id(db, id)?.filter(User::is_active),
            None => None,
        };
        Ok(token.zip(user))
    })
}

/// What does not fit spends nothing.
fn judge(core: &Core, wish: &Acceptance, visitor: Visitor) -> Result<Link, Refusal> {
    let admitted = limits::admit(core, Act::Reset, &visitor, None)?;
    let Some((token, user)) = find(core, &wish.token)? else {
        core.store.write(|db| refused(core, db, None, &visitor))?;
        return Err(Refusal::InvalidInvitation);
    };
    let name = Some(wish.name.trim().to_owned()).filter(|name| !name.is_empty());
    let profile = Profile { name: name.clone().or_else(|| user.profile.name.clone()), ..user.profile.clone() };
    check_profile(&profile, &user.profile).map_err(|_misfit| Refusal::Malformed("name"))?;
    let personal = Personal { name: profile.name.as_deref(), ..Personal::from(&user) };
    strength::check(&core.settings.passwords, &wish.password, &personal).map_err(Refusal::WeakPassword)?;
    Ok(Link { token, name, admitted, visitor })
}

fn spend(core: &Core, db: &mut Db, link: &Link, hash: &str) -> Result<Result<User, Refusal>, StoreError> {
    let Link { token, name, admitted, visitor } = link;
    let now = core.clock.now();
    let Some(id) = &token.user_id else {
        return Ok(Err(Refusal::InvalidInvitation));
    };
    // The user before the token, like everybody who replaces a token: else the two could wait for each other.
    users::lock(db, id)?;
    let spent = one_time_tokens::consume(db, Purpose::Invitation, &token.digest, now)?;
    let user = users::find_by_id(db, id)?.filter(|_| spent);
    // Who has a password by now has come in another way. The link was sent to the address of then.
    let is_waiting = users::find_password_hash(db, id)?.is_none();
    let user = user.filter(|user| is_waiting && user.is_active() && user.email == token.payload);
    let Some((user, address)) = user.zip(token.payload.as_deref()) else {
        refused(core, db, Some(id), visitor)?;
        return Ok(Err(Refusal::InvalidInvitation));
    };
    if users::confirm_email(db, id, address, now)? != Updated::Updated {
        refused(core, db, Some(id), visitor)?;
        return Ok(Err(Refusal::InvalidInvitation));
    }
    let profile = Profile { name: name.clone().or(user.profile.name), ..user.profile };
    let user = User { profile, email_verified: true, updated_at: now, ..user };
    users::update_profile(db, &user)?;
    users::update_password(db, id, hash, now)?;
    endings::end_all(db, id, now)?;
    audit::record(
        core,
        db,
        Entry::by_user(id, Action::Register, Outcome::Done, visitor.address).with("by invitation"),
    )?;
    limits::forgive(core, db, admitted)?;
    Ok(Ok(User { version: user.version.saturating_add(1), ..user }))
}

fn refused(core: &Core, db: &mut Db, user: Option<&UserId>, visitor: &Visitor) -> Result<(), StoreError> {
    let entry = Entry::by_stranger(user, Action::Register, Outcome::Refused, visitor.address);
    audit::record(core, db, entry.with("by invitation"))
}

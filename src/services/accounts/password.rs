//! Passwords: changed by their user, reset by a mailed link, set by a service.

use super::{
    Caller, Refusal, endings,
    mailed::{self, Errand},
    refusal::Thing,
    strength::{self, Personal},
};
use crate::{
    crypto::digest,
    domain::{
        audit::{Action, Outcome},
        ids::UserId,
        one_time::{OneTimeToken, Purpose},
        secret::Secret,
        time::Timestamp,
        user::{Role, User, normal_email},
    },
    services::{
        audit::{self, Entry},
        core::Core,
        federation::directory,
        limits::{self, Act, Admitted, Postage},
        visitor::Visitor,
    },
    store::{
        Db, StoreError, api_keys, consents, identities, one_time_tokens, totp_factors,
        users::{self, Proofs, Updated},
    },
};

/// How a service names a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    Id(UserId),
    Email(String),
}

/// What a reset rests on until it is spent.
struct Link {
    token: OneTimeToken,
    admitted: Admitted,
    visitor: Visitor,
}

/// Mails a link to the owner of a confirmed or unconfirmed address. Answers the same, after the same work, for every one:
/// where there is nobody to write to, one transaction writes the same rows, dead from the beginning. Who has no password
/// here (a directory's user, a provider's) gets none in this way.
pub async fn request_reset(core: &Core, email: String, visitor: Visitor) -> Result<(), Refusal> {
    let address = normal_email(&email).ok_or(Refusal::InvalidEmail)?;
    core.run(move |core| {
        limits::admit(core, Act::Reset, &visitor, Some(&address))?;
        let postage = limits::postage(core, Act::Reset, &address)?;
        core.store.write(|db| {
            let found = users::find_by_login(db, &address)?;
            let user = found.as_ref().map(|(user, _)| user.id.clone());
            // A directory's password is not ours to reset.
            let ours = directory::route(core, &address).is_none();
            let owner = found.filter(|(user, hash)| ours && user.is_active() && hash.is_some());
            let owner = owner.filter(|_| postage == Postage::Paid);
            match &owner {
                Some((owner, _)) => mailed::send(core, db, Errand::Reset, owner, &address)?,
                None => mailed::pretend(core, db, Errand::Reset)?,
            }
            let outcome = if owner.is_some() { Outcome::Done } else { Outcome::Refused };
            audit::record(core, db, Entry::by_stranger(user.as_ref(), Action::RequestReset, outcome, visitor.address))
        })?;
        Ok(())
    })
    .await
}

/// Spends the link's token; ends every session. The link came by mail, so it confirms the address, too.
pub async fn reset_password(
    core: &Core,
    token: Secret<String>,
    new: Secret<String>,
    visitor: Visitor,
) -> Result<User, Refusal> {
    let candidate = new.clone();
    let link = core.run(move |core| find_link(core, &token, &candidate, visitor)).await?;
    let hash = core.hash_password(new).await?;
    core.run(move |core| core.store.write(|db| spend(core, db, &link, &hash))?).await
}

/// A password that is too weak spends nothing.
fn find_link(core: &Core, token: &Secret<String>, new: &Secret<String>, visitor: Visitor) -> Result<Link, Refusal> {
    let admitted = limits::admit(core, Act::Reset, &visitor, None)?;
    let (now, digest) = (core.clock.now(), digest::secret(token.reveal()));
    let found = core.store.read(|db| {
        let token = one_time_tokens::find(db, Purpose::ResetPassword, &digest, now)?;
        let user = match token.as_ref().and_then(|token| token.user_id.as_ref()) {
            Some(id) => users::find_by_id(db, id)?,
            None => None,
        };
        Ok(token.zip(user))
    })?;
    let Some((token, user)) = found else {
        core.store.write(|db| log_reset(core, db, None, &visitor))?;
        return Err(Refusal::InvalidReset);
    };
    strength::check(&core.settings.passwords, new, &Personal::from(&user)).map_err(Refusal::WeakPassword)?;
    Ok(Link { token, admitted, visitor })
}

fn spend(core: &Core, db: &mut Db, link: &Link, hash: &str) -> Result<Result<User, Refusal>, StoreError> {
    let Link { token, admitted, visitor } = link;
    let now = core.clock.now();
    if let Some(user) = &token.user_id {
        // The user before the token, like everybody who replaces a token: else the two could wait for each other.
        users::lock(db, user)?;
    }
    let spent = one_time_tokens::consume(db, Purpose::ResetPassword, &token.digest, now)?;
    let user = match &token.user_id {
        Some(id) if spent => users::find_by_id(db, id)?,
        _ => None,
    };
    // The link was sent to the address of then.
    let user = user.filter(|user| user.is_active() && user.email == token.payload);
    let Some((user, address)) = user.as_ref().zip(token.payload.as_deref()) else {
        log_reset(core, db, token.user_id.as_ref(), visitor)?;
        return Ok(Err(Refusal::InvalidReset));
    };
    users::update_password(db, &user.id, hash, now)?;
    let proofs = users::find_proofs(db, &user.id)?;
    if users::confirm_email(db, &user.id, address, now)? != Updated::Updated {
        log_reset(core, db, Some(&user.id), visitor)?;
        return Ok(Err(Refusal::InvalidReset));
    }
    endings::end_all(db, &user.id, now)?;
    disown(core, db, &user.id, proofs)?;
    mailed::tell(core, db, user, mailed::password_changed(core))?;
    audit::record(core, db, Entry::by_user(&user.id, Action::ResetPassword, Outcome::Done, visitor.address))?;
    limits::forgive(core, db, admitted)?;
    let version = user.version.saturating_add(1);
    Ok(Ok(User { email_verified: true, version, updated_at: now, ..user.clone() }))
}

/// Whoever has the address owns the account. What somebody else made before the address was proved goes: other ways in, and
/// what applications were let in. A second factor goes only if nobody had ever proved an address: a move to a new one must
/// not be a way around it.
fn disown(core: &Core, db: &mut Db, user: &UserId, proofs: Proofs) -> Result<(), StoreError> {
    let (now, mut gone) = (core.clock.now(), 0_usize);
    let is_strange = |made: Timestamp, proved: Option<Timestamp>| proved.is_none_or(|proved| made < proved);
    for key in api_keys::list_by_user(db, user, now)? {
        if is_strange(key.created_at, proofs.email) && api_keys::delete(db, user, &key.id)? {
            gone = gone.saturating_add(1);
        }
    }
    for link in identities::list_by_user(db, user)? {
        if is_strange(link.created_at, proofs.email) && identities::delete(db, user, &link.provider, &link.subject)? {
            gone = gone.saturating_add(1);
        }
    }
    for consent in consents::list_by_user(db, user)? {
        if is_strange(consent.created_at, proofs.email) && consents::delete(db, user, &consent.client_id)? {
            gone = gone.saturating_add(1);
        }
    }
    if totp_factors::find(db, user)?.is_some_and(|factor| is_strange(factor.created_at, proofs.first))
        && totp_factors::delete(db, user)?
    {
        gone = gone.saturating_add(1);
    }
    if gone == 0 {
        return Ok(());
    }
    let entry = Entry::by_user(user, Action::UpdateUser, Outcome::Done, None);
    audit::record(core, db, entry.with("keys, second factor, links and consents of an unproved owner ended"))
}

fn log_reset(core: &Core, db: &mut Db, user: Option<&UserId>, visitor: &Visitor) -> Result<(), StoreError> {
    audit::record(core, db, Entry::by_stranger(user, Action::ResetPassword, Outcome::Refused, visitor.address))
}

/// For services with the scope `admin:users`; ends every session.
pub async fn set_password(core: &Core, caller: Caller, whom: Whom, new: Secret<String>) -> Result<(), Refusal> {
    let candidate = new.clone();
    let (actor, user) = core
        .run({
            let caller = caller.clone();
            move |core| {
                let actor = caller.service(core, super::USERS)?;
                let user = core.store.read(|db| whom.find(db))?.ok_or(Refusal::NotFound(Thing::User))?;
                is_member(&user)?;
                let personal = Personal::from(&user);
                strength::check(&core.settings.passwords, &candidate, &personal).map_err(Refusal::WeakPassword)?;
                Ok::<_, Refusal>((actor, user))
            }
        })
        .await?;
    let hash = core.hash_password(new).await?;
    core.run(move |core| {
        let now = core.clock.now();
        core.store.write(|db| {
            if !users::update_password(db, &user.id, &hash, now)? {
                return Ok(Err(Refusal::NotFound(Thing::User)));
            }
            endings::end_all(db, &user.id, now)?;
            mailed::tell(core, db, &user, mailed::password_changed(core))?;
            let user_id = Some(user.id.clone());
            let address = caller.visitor.address;
            let (action, outcome) = (Action::SetPassword, Outcome::Done);
            audit::record(core, db, Entry { actor, user_id, action, outcome, address, detail: None })?;
            Ok(Ok(()))
        })?
    })
    .await
}

/// A new password would be the way to every right: administrators are looked after by administrators, at their doors.
pub(super) fn is_member(user: &User) -> Result<(), Refusal> {
    if user.role == Role::Member { Ok(()) } else { Err(Refusal::NotForThisCredential) }
}

impl Whom {
    pub(super) fn find(&self, db: &mut Db) -> Result<Option<User>, StoreError> {
        match self {
            Self::Id(id) => users::find_by_id(db, id),
            Self::Email(email) => match normal_email(email) {
                Some(email) => users::find_by_email(db, &email),
                None => Ok(None),
            },
        }
    }
}

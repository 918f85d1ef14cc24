//! The links of an account to accounts elsewhere: by provider and subject, never by an address that nobody proved.

use crate::{
    domain::{
        audit::{Action, Outcome},
        identity::Identity,
        letter::Content,
        user::User,
    },
    services::{
        accounts::{Caller, Refusal, Thing, mailed},
        audit::{self, Entry},
        core::Core,
    },
    store::{Db, StoreError, identities, users},
};

/// Oldest first.
pub async fn list(core: &Core, caller: Caller) -> Result<Vec<Identity>, Refusal> {
    core.run(move |core| {
        let account = caller.account(core)?;
        Ok(core.store.read(|db| identities::list_by_user(db, &account.user.id))?)
    })
    .await
}

/// [`Refusal::LastSignIn`] where the account has no password and no other link.
pub async fn unlink(core: &Core, caller: Caller, provider: String, subject: String) -> Result<(), Refusal> {
    core.run(move |core| {
        let owner = caller.account(core)?.user;
        let user = owner.id.clone();
        core.store.write(|db| {
            // Two at once would each count on the other's link.
            users::lock(db, &user)?;
            let links = identities::list_by_user(db, &user)?;
            let is_it = |link: &Identity| link.provider == provider && link.subject == subject;
            if !links.iter().any(is_it) {
                return Ok(Err(Refusal::NotFound(Thing::Identity)));
            }
            let last = links.len() == 1 && users::find_password_hash(db, &user)?.is_none();
            let outcome = if last { Outcome::Refused } else { Outcome::Done };
            let entry = Entry::by_user(&user, Action::UnlinkIdentity, outcome, caller.visitor.address);
            audit::record(core, db, entry.with(provider.clone()))?;
            if last {
                return Ok(Err(Refusal::LastSignIn));
            }
            identities::delete(db, &user, &provider, &subject)?;
            mailed::tell(core, db, &owner, Content::ProviderUnlinked { provider: name(core, &provider) })?;
            Ok::<_, StoreError>(Ok(()))
        })?
    })
    .await
}

/// Another account elsewhere signs in to this user's: whoever has the account's address is told.
pub(in crate::services::federation) fn tell_linked(
    core: &Core,
    db: &mut Db,
    user: &User,
    provider: &str,
) -> Result<(), StoreError> {
    mailed::tell(core, db, user, Content::ProviderLinked { provider: name(core, provider) })
}

/// What a provider's button says; a directory, and a provider that the settings have no more, go by their key.
fn name(core: &Core, key: &str) -> String {
    let found = core.upstreams.iter().find(|upstream| upstream.settings.key() == key);
    found.map_or_else(|| key.to_owned(), |upstream| upstream.settings.label.clone())
}

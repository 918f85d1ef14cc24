//! The links of an account to accounts elsewhere: by provider and subject, never by an address that nobody proved.

use crate::{
    domain::{
        audit::{Action, Outcome},
        identity::Identity,
    },
    services::{
        accounts::{Caller, Refusal, Thing},
        audit::{self, Entry},
        core::Core,
    },
    store::{StoreError, identities, users},
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
        let user = caller.account(core)?.user.id;
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
            Ok::<_, StoreError>(Ok(()))
        })?
    })
    .await
}

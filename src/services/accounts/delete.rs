//! Deleting an account, with everything that is its own.

use super::{Caller, Refusal, USERS, Whom, password::is_member, refusal::Thing};
use crate::{
    domain::audit::{Action, Outcome},
    services::{
        audit::{self, Entry},
        core::Core,
    },
    store::users,
};

/// For services with the scope `admin:users`. Sessions, grants, consents, keys, factors and identities go with the user; the
/// audit log stays.
pub async fn delete_user(core: &Core, caller: Caller, whom: Whom) -> Result<(), Refusal> {
    core.run(move |core| {
        let actor = caller.service(core, USERS)?;
        core.store.write(|db| {
            let Some(user) = whom.find(db)? else {
                return Ok(Err(Refusal::NotFound(Thing::User)));
            };
            if let Err(refusal) = is_member(&user) {
                return Ok(Err(refusal));
            }
            if !users::delete(db, &user.id)? {
                return Ok(Err(Refusal::NotFound(Thing::User)));
            }
            let (action, outcome, address) = (Action::DeleteUser, Outcome::Done, caller.visitor.address);
            let entry = Entry { actor, user_id: Some(user.id), action, outcome, address, detail: None };
            audit::record(core, db, entry).map(Ok)
        })?
    })
    .await
}

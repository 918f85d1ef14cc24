//! Letting people in, keeping them out, and deleting them.

use super::{AdminError, held, log, not_oneself, one_is_left, require, unchanged};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        user::{User, UserStatus},
    },
    services::{
        accounts::endings,
        admin::{edition::Expected, write, write_in_turn},
        core::Core,
    },
    store::{Db, users},
};

/// Lets a user in or keeps one out. Who is kept out is signed out everywhere, at applications, too: whoever is let in again
/// signs in anew.
pub async fn set_status(core: &Core, admin: &Administrator, who: &str, status: UserStatus) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let user = held(db, &admin, &who)?;
            move_to(core, db, &admin, &user, status)
        })
    })
    .await
}

/// Of a user who is held. What is so already is not written again.
pub(super) fn move_to(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    user: &User,
    status: UserStatus,
) -> Result<User, AdminError> {
    if user.status == status {
        return Ok(user.clone());
    }
    let now = core.clock.now();
    if status != UserStatus::Active {
        not_oneself(db, admin, user, "suspends or disables themselves")?;
    }
    users::update_status(db, &user.id, status, now)?;
    if status != UserStatus::Active {
        endings::end_all(db, &user.id, now)?;
    }
    log(core, db, admin, &user.id, (action(status), None))?;
    one_is_left(db, admin, user)?;
    let version = user.version.saturating_add(1);
    Ok(User { status, version, updated_at: now, ..user.clone() })
}

/// Deletes a user with sessions, consents and grants.
pub async fn delete(core: &Core, admin: &Administrator, who: &str, expected: Expected) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        write_in_turn(core, |db| {
            let user = held(db, &admin, &who)?;
            not_oneself(db, &admin, &user, "deletes the own account here")?;
            unchanged(core, db, &user, &expected)?;
            users::delete(db, &user.id)?;
            // Nothing else of the account is left to say whose it was.
            let name = user.email.clone().unwrap_or_else(|| user.username.clone());
            log(core, db, &admin, &user.id, (Action::DeleteUser, Some(name)))?;
            one_is_left(db, &admin, &user)?;
            Ok(user)
        })
    })
    .await
}

const fn action(status: UserStatus) -> Action {
    match status {
        UserStatus::Active => Action::ActivateUser,
        UserStatus::Suspended => Action::SuspendUser,
        UserStatus::Disabled => Action::DisableUser,
    }
}

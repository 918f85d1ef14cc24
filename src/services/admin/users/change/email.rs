//! An address that is changed: proved by the administrator's word, or by a letter.

use super::{UserChanges, taken};
use crate::{
    domain::{administrator::Administrator, letter::Content, one_time::Purpose, user::User},
    services::{
        accounts::mailed::{self, Errand},
        admin::{
            AdminError, unfit,
            users::{EmailStanding, not_oneself},
        },
        core::Core,
        federation::directory,
    },
    store::{Db, one_time_tokens, users},
};

pub(super) fn write(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    user: &User,
    changes: &UserChanges,
) -> Result<(), AdminError> {
    let named = changes.email.is_some() || changes.email_standing.is_some();
    let moved = changes.email.as_ref().filter(|email| user.email.as_ref() != Some(*email));
    let standing = changes.email_standing.unwrap_or(EmailStanding::Verified);
    let is_verified = standing == EmailStanding::Verified;
    // A form says again what is so.
    if !named || (moved.is_none() && is_verified == user.email_verified) {
        return Ok(());
    }
    not_oneself(db, admin, user, "changes the own address here")?;
    match (moved, standing) {
        (Some(email), EmailStanding::Verified) => settle(core, db, user, email),
        (Some(email), EmailStanding::Unverified) => ask(core, db, user, email),
        (None, EmailStanding::Verified) => prove(core, db, user),
        (None, EmailStanding::Unverified) => {
            Err(unfit("email", "was proved, and that cannot be taken back: name a new one"))
        }
    }
}

/// The account keeps the address it has until somebody who reads the new one says so.
fn ask(core: &Core, db: &mut Db, user: &User, email: &str) -> Result<(), AdminError> {
    if directory::route(core, email).is_some() {
        return Err(unfit("email", "belongs to a directory: nobody moves there"));
    }
    if users::find_by_email(db, email)?.is_some() {
        return Err(AdminError::Taken { what: "a user with the address", name: email.to_owned() });
    }
    Ok(mailed::send(core, db, Errand::Confirm, user, email)?)
}

/// What was mailed to the address before opens nothing any more, and whoever reads it there is told.
fn settle(core: &Core, db: &mut Db, user: &User, email: &str) -> Result<(), AdminError> {
    forget_letters(db, user)?;
    taken(users::confirm_email(db, &user.id, email, core.clock.now())?, email)?;
    if user.email_verified {
        mailed::tell(core, db, user, Content::EmailChanged { new_email: email.to_owned() })?;
    }
    Ok(())
}

fn prove(core: &Core, db: &mut Db, user: &User) -> Result<(), AdminError> {
    let email = address(user)?;
    one_time_tokens::delete_of(db, Purpose::ConfirmEmail, &user.id)?;
    taken(users::confirm_email(db, &user.id, email, core.clock.now())?, email)
}

fn address(user: &User) -> Result<&str, AdminError> {
    user.email.as_deref().ok_or_else(|| unfit("email", "there is none that could be proved"))
}

fn forget_letters(db: &mut Db, user: &User) -> Result<(), AdminError> {
    for purpose in [Purpose::ConfirmEmail, Purpose::ResetPassword, Purpose::Invitation] {
        one_time_tokens::delete_of(db, purpose, &user.id)?;
    }
    Ok(())
}

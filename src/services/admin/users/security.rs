//! What somebody needs who cannot come in, or who must not stay in: password, reset letter, second factor.

use super::{AdminError, changeable, check_password, held, log, not_oneself, require, unfit};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        letter::Content,
        secret::Secret,
        user::User,
    },
    services::{
        accounts::{
            endings,
            mailed::{self, Errand},
            strength::Personal,
        },
        admin::{read, write},
        core::Core,
        federation::directory,
    },
    store::{totp_factors, users},
};

/// Replaces a user's password and ends the user's sessions, grants and whatever was under way.
pub async fn set_password(
    core: &Core,
    admin: &Administrator,
    who: &str,
    password: Secret<String>,
) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (named, candidate, by) = (who.to_owned(), password.clone(), admin.clone());
    core.run(move |core| {
        let user = read(core, |db| {
            let user = changeable(db, &by, &named)?;
            not_oneself(db, &by, &user, "sets the own password here")?;
            Ok(user)
        })?;
        check_password(core, &candidate, &Personal::from(&user))
    })
    .await?;
    let phc = core.hash_password(password).await?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        let now = core.clock.now();
        write(core, |db| {
            let user = held(db, &admin, &who)?;
            users::update_password(db, &user.id, &phc, now)?;
            endings::end_all(db, &user.id, now)?;
            mailed::tell(core, db, &user, mailed::password_changed(core))?;
            log(core, db, &admin, &user.id, (Action::SetPassword, None))?;
            let version = user.version.saturating_add(1);
            Ok(User { version, updated_at: now, ..user })
        })
    })
    .await
}

/// Mails the user a link by which they choose a new password.
pub async fn send_reset(core: &Core, admin: &Administrator, who: &str) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let user = held(db, &admin, &who)?;
            let Some(address) = user.email.clone() else {
                return Err(unfit("email", "the user has no address that a letter could go to"));
            };
            if !user.is_active() {
                return Err(unfit("status", "activate the user first: who is kept out gets no link"));
            }
            if directory::route(core, &address).is_some() {
                return Err(unfit("email", "the password of this address is a directory's"));
            }
            if users::find_password_hash(db, &user.id)?.is_none() {
                return Err(unfit("password", "the user has none here: send an invitation"));
            }
            mailed::send(core, db, Errand::Reset, &user, &address)?;
            log(core, db, &admin, &user.id, (Action::SendReset, None))?;
            Ok(user)
        })
    })
    .await
}

/// Takes the second factor from somebody who has lost it; they are told. False where there is none.
pub async fn reset_second_factor(core: &Core, admin: &Administrator, who: &str) -> Result<bool, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let user = held(db, &admin, &who)?;
            not_oneself(db, &admin, &user, "resets the own second factor here")?;
            let was_on = totp_factors::find(db, &user.id)?.is_some_and(|factor| factor.is_on());
            // One that waits for its first code goes, too.
            if !totp_factors::delete(db, &user.id)? {
                return Ok(false);
            }
            if was_on {
                mailed::tell(core, db, &user, Content::SecondFactorOff)?;
            }
            log(core, db, &admin, &user.id, (Action::ResetSecondFactor, None))?;
            Ok(was_on)
        })
    })
    .await
}

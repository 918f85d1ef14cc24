//! Inviting people: an account without a password, and a letter with the link by which its owner chooses one.

use super::{
    AdminError,
    create::{Draft, detail, insert},
    held, log, may_make, require, unfit,
};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        one_time::Purpose,
        user::{Profile, Role, User},
    },
    services::{
        accounts::mailed::{self, Errand},
        admin::write,
        core::Core,
        federation::directory,
    },
    store::{Db, one_time_tokens, users},
};

/// Somebody to be invited.
#[derive(Clone, Debug)]
pub struct NewGuest {
    pub email: String,
    /// Made from the address unless given.
    pub username: Option<String>,
    pub role: Role,
    pub profile: Profile,
}

/// Makes the account, and mails the link (`accounts.invitation_seconds`).
pub async fn invite(core: &Core, admin: &Administrator, guest: NewGuest) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    may_make(admin, guest.role)?;
    let NewGuest { email, username, role, profile } = guest;
    let (draft, username) = Draft { email, username, role, profile }.checked()?;
    let admin = admin.clone();
    core.run(move |core| {
        let user = draft.born(core.clock.now());
        write(core, |db| {
            let user = insert(db, user, &username, None)?;
            write_to(core, db, &user)?;
            log(core, db, &admin, &user.id, (Action::InviteUser, detail(&user)))?;
            Ok(user)
        })
    })
    .await
}

/// Another letter to somebody who has no password yet; the link before is dead.
pub async fn invite_again(core: &Core, admin: &Administrator, who: &str) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let user = held(db, &admin, &who)?;
            if !user.is_active() {
                return Err(unfit("status", "activate the user first: who is kept out gets no link"));
            }
            if users::find_password_hash(db, &user.id)?.is_some() {
                return Err(unfit("password", "the user has one already: send a reset link"));
            }
            write_to(core, db, &user)?;
            log(core, db, &admin, &user.id, (Action::InviteUser, Some("again".to_owned())))?;
            Ok(user)
        })
    })
    .await
}

fn write_to(core: &Core, db: &mut Db, user: &User) -> Result<(), AdminError> {
    let Some(address) = &user.email else {
        return Err(unfit("email", "the user has no address that a letter could go to"));
    };
    if directory::route(core, address).is_some() {
        return Err(unfit("email", "belongs to a directory: its people sign in with the password of that"));
    }
    one_time_tokens::delete_of(db, Purpose::Invitation, &user.id)?;
    Ok(mailed::send(core, db, Errand::Invite, user, address)?)
}

//! People's accounts: looked up, and what every change of one rests on.

mod belongings;
pub mod change;
mod consents;
mod create;
mod invitation;
mod security;
mod sessions;
mod standing;

use self::create::parse_username;
pub(in crate::services) use self::create::{Draft, check_password, check_profile, insert};
pub use self::{
    belongings::{Belongings, PasswordState, belongings},
    consents::{Allowed, consents, withdraw, withdraw_all},
    create::{EmailStanding, NewUser, create},
    invitation::{NewGuest, invite, invite_again},
    security::{reset_second_factor, send_reset, set_password},
    sessions::{end_session, end_sessions, sessions},
    standing::{delete, set_status},
};
use super::{
    AdminError, absent,
    edition::{Current, Expected},
    entry_about, require, unfit,
};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::{Action, Actor},
        ids::UserId,
        user::{Role, User, UserStatus, normal_email, normal_username},
    },
    services::{
        accounts::{self, Person},
        audit,
        core::Core,
    },
    store::{
        api_keys,
        connection::Db,
        error::StoreError,
        page::{Page, PageRequest},
        users::{self, Filter},
    },
};

/// Which people a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sought {
    pub page: PageRequest,
    pub status: Option<UserStatus>,
    pub role: Option<Role>,
}

impl From<PageRequest> for Sought {
    fn from(page: PageRequest) -> Self {
        Self { page, status: None, role: None }
    }
}

/// One page of people, in the order in which they came.
pub async fn list(core: &Core, admin: &Administrator, sought: impl Into<Sought>) -> Result<Page<User>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let Sought { page, status, role } = sought.into();
    core.run(move |core| Ok(core.store.read(|db| users::list(db, Filter { status, role }, &page))?)).await
}

/// A user by id, address or username.
pub async fn show(core: &Core, admin: &Administrator, who: &str) -> Result<User, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let who = who.to_owned();
    core.run(move |core| core.store.read(|db| find(db, &who))?.ok_or_else(|| absent("user", &who))).await
}

/// The same with what stands in other tables.
pub async fn show_whole(core: &Core, admin: &Administrator, who: &str) -> Result<Current<Person>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let who = who.to_owned();
    core.run(move |core| {
        super::read(core, |db| {
            let user = find(db, &who)?.ok_or_else(|| absent("user", &who))?;
            Ok(Current::new(whole(core, db, user)?))
        })
    })
    .await
}

/// On the connection of the caller: within a transaction another one could wait for this one for ever.
fn whole(core: &Core, db: &mut Db, user: User) -> Result<Person, StoreError> {
    accounts::person_in(core, db, user)
}

/// Refuses a change to somebody whom another administrator has changed meanwhile.
fn unchanged(core: &Core, db: &mut Db, user: &User, expected: &Expected) -> Result<(), AdminError> {
    match expected {
        Expected::Any => Ok(()),
        Expected::Editions(_) => expected.check(&whole(core, db, user.clone())?),
    }
}

/// What was done to an account.
type Done = (Action, Option<String>);

fn log(core: &Core, db: &mut Db, admin: &Administrator, user: &UserId, done: Done) -> Result<(), StoreError> {
    audit::record(core, db, entry_about(admin, user, done.0, done.1))
}

/// A user whom this administrator may change: who looks after people only does not look after administrators, or a
/// new password would be the way to every right.
pub(in crate::services::admin) fn changeable(
    db: &mut Db,
    admin: &Administrator,
    who: &str,
) -> Result<User, AdminError> {
    let user = find(db, who)?.ok_or_else(|| absent("user", who))?;
    may_make(admin, user.role)?;
    Ok(user)
}

/// The same as of now, and held until the transaction ends; of an administrator, all of them are: see [`one_is_left`].
fn held(db: &mut Db, admin: &Administrator, who: &str) -> Result<User, AdminError> {
    let seen = changeable(db, admin, who)?;
    if seen.role == Role::Admin {
        users::lock_admins(db)?;
    }
    users::lock(db, &seen.id)?;
    let user = users::find_by_id(db, &seen.id)?.ok_or_else(|| absent("user", who))?;
    may_make(admin, user.role)?;
    // Has become an administrator meanwhile: not all of those are held.
    if user.role == Role::Admin && seen.role != Role::Admin {
        return Err(AdminError::ChangedMeanwhile);
    }
    Ok(user)
}

/// Only one who may everything makes others administrators, or unmakes them.
pub(super) fn may_make(admin: &Administrator, role: Role) -> Result<(), AdminError> {
    if role == Role::Member || admin.may_everything() {
        return Ok(());
    }
    Err(AdminError::Forbidden("administrators are changed by administrators".to_owned()))
}

/// Somebody must be left who can let others in again. The command line always can.
fn one_is_left(db: &mut Db, admin: &Administrator, before: &User) -> Result<(), AdminError> {
    let was_one = before.role == Role::Admin && before.is_active();
    if !was_one || admin.actor == Actor::Operator || users::has_active_admin(db)? {
        return Ok(());
    }
    Err(AdminError::Forbidden("this is the last administrator".to_owned()))
}

/// Nobody shuts themselves out, or gets around what the own account asks first: the old password, a code, a letter.
fn not_oneself(db: &mut Db, admin: &Administrator, user: &User, what: &str) -> Result<(), AdminError> {
    let is_oneself = match &admin.actor {
        Actor::User(id) => *id == user.id,
        Actor::Key(key) => holds(db, user, key)?,
        Actor::Client(_) | Actor::Operator | Actor::Anonymous => false,
    };
    if is_oneself {
        return Err(AdminError::Forbidden(format!("nobody {what}: another administrator can")));
    }
    Ok(())
}

fn holds(db: &mut Db, user: &User, key: &str) -> Result<bool, StoreError> {
    let Some(id) = crate::domain::ids::ApiKeyId::parse(key) else {
        return Ok(false);
    };
    Ok(api_keys::find_by_id(db, &id)?.is_some_and(|key| key.user_id == user.id))
}

pub(super) fn find(db: &mut Db, who: &str) -> Result<Option<User>, StoreError> {
    if let Some(id) = UserId::parse(who) {
        return users::find_by_id(db, &id);
    }
    let Some(login) = normal_email(who).or_else(|| normal_username(who)) else {
        return Ok(None);
    };
    Ok(users::find_by_login(db, &login)?.map(|(user, _)| user))
}

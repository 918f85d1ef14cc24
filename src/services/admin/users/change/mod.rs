//! Changing an account: what is named changes, all of it or nothing.

mod belonging;
mod email;
mod members;

use std::collections::BTreeMap;

pub use self::belonging::Belonging;
use super::{
    AdminError, EmailStanding, check_profile, held, log, may_make, not_oneself, one_is_left, standing, unchanged, whole,
};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        user::{Role, User, UserStatus},
    },
    services::{
        accounts::Person,
        admin::{
            absent,
            edition::{Current, Expected},
            require, write,
        },
        core::Core,
    },
    store::{
        Db, turn,
        users::{self, Updated},
    },
};

/// `None` leaves a member as it is; an empty text takes one away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChanges {
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub picture: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
    pub phone_number: Option<String>,
    pub address: AddressChanges,
    /// Never taken away.
    pub username: Option<String>,
    /// Never taken away. Counts as proved, because an administrator says so, unless `email_standing` says otherwise.
    pub email: Option<String>,
    /// Unverified: a new address waits for its confirmation by mail.
    pub email_standing: Option<EmailStanding>,
    pub status: Option<UserStatus>,
    pub role: Option<Role>,
    /// All of them.
    pub privileges: Option<Vec<String>>,
    /// All of them, by name; new ones are made.
    pub groups: Option<Vec<String>>,
    /// Those to set, as JSON, and those (`None`) to take away.
    pub attributes: BTreeMap<String, Option<String>>,
    pub organisation: Option<Belonging>,
}

/// The same of a postal address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressChanges {
    pub formatted: Option<String>,
    pub street_address: Option<String>,
    pub locality: Option<String>,
    pub region: Option<String>,
    pub postal_code: Option<String>,
    pub country: Option<String>,
}

/// Changes what is named, all of it or nothing.
pub async fn update(
    core: &Core,
    admin: &Administrator,
    who: &str,
    expected: Expected,
    changes: UserChanges,
) -> Result<Current<Person>, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let changes = changes.checked()?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        let person = write(core, |db| {
            if changes.groups.is_some() || changes.organisation.is_some() {
                // Before any lock of a user: who changes a group has the turn first, too.
                turn::take(db)?;
            }
            change(core, db, &admin, &who, (&expected, &changes))
        })?;
        Ok(Current::new(person))
    })
    .await
}

fn change(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    who: &str,
    (expected, changes): (&Expected, &UserChanges),
) -> Result<Person, AdminError> {
    let found = held(db, admin, who)?;
    unchanged(core, db, &found, expected)?;
    write_profile(core, db, &found, changes)?;
    email::write(core, db, admin, &found, changes)?;
    write_rights(core, db, admin, &found, changes)?;
    if let Some(names) = &changes.groups {
        belonging::write_groups(core, db, admin, &found, names)?;
    }
    if let Some(organisation) = &changes.organisation {
        belonging::write_organisation(core, db, admin, &found, organisation)?;
    }
    if let Some(status) = changes.status {
        standing::move_to(core, db, admin, &found, status)?;
    }
    let named = changes.named(found.role);
    if !named.is_empty() {
        log(core, db, admin, &found.id, (Action::UpdateUser, Some(named.join(", "))))?;
    }
    one_is_left(db, admin, &found)?;
    let user = users::find_by_id(db, &found.id)?.ok_or_else(|| absent("user", who))?;
    Ok(whole(core, db, user)?)
}

fn write_profile(core: &Core, db: &mut Db, user: &User, changes: &UserChanges) -> Result<(), AdminError> {
    let mut edited = User { updated_at: core.clock.now(), ..user.clone() };
    changes.apply(&mut edited.profile);
    if let Some(username) = &changes.username {
        edited.username.clone_from(username);
    }
    if edited.profile == user.profile && edited.username == user.username {
        return Ok(());
    }
    check_profile(&edited.profile, &user.profile)?;
    taken(users::update_profile(db, &edited)?, &edited.username)
}

fn taken(updated: Updated, name: &str) -> Result<(), AdminError> {
    let what = match updated {
        Updated::Updated => return Ok(()),
        Updated::EmailTaken => "a user with the address",
        Updated::UsernameTaken => "a user with the username",
        Updated::Absent => return Err(absent("user", name)),
    };
    Err(AdminError::Taken { what, name: name.to_owned() })
}

fn write_rights(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    user: &User,
    changes: &UserChanges,
) -> Result<(), AdminError> {
    let now = core.clock.now();
    if let Some(role) = changes.role.filter(|role| *role != user.role) {
        may_make(admin, role)?;
        not_oneself(db, admin, user, "changes the own role")?;
        users::update_role(db, &user.id, role, now)?;
    }
    if let Some(privileges) = changes.privileges.as_ref().filter(|privileges| **privileges != user.privileges) {
        users::update_privileges(db, &user.id, privileges, now)?;
    }
    let mut kept = user.attributes.clone();
    for (name, json) in &changes.attributes {
        match json {
            Some(json) => kept.insert(name.clone(), json.clone()),
            None => kept.remove(name),
        };
    }
    if kept != user.attributes {
        users::update_attributes(db, &user.id, &kept, now)?;
    }
    Ok(())
}

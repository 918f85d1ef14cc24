//! What an operator changes about a person: the members that the account API's contracts show.

use std::collections::BTreeMap;

use super::{
    AdminError, absent,
    edition::{Current, Expected},
    readable, require, unfit,
    users::{self as people, changeable, log, may_make, one_is_left, parse_username},
    write,
};
use crate::{
    crypto::random,
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        ids::GroupId,
        one_time::Purpose,
        organisation::{Group, OrganisationRole},
        user::{Role, User, UserStatus, normal_email},
    },
    services::{accounts::Person, core::Core, organisations},
    store::{
        Db, StoreError, groups, one_time_tokens, organisations as memberships,
        users::{self, Updated},
    },
};

/// `None` leaves a member as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChanges {
    /// An empty one is taken away.
    pub name: Option<String>,
    /// An empty one is taken away.
    pub picture: Option<String>,
    pub username: Option<String>,
    /// Counts as proved: an operator says so.
    pub email: Option<String>,
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

/// What a user belongs to; it takes the place of what was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belonging {
    Nowhere,
    /// Made if there is none of this name.
    To {
        name: String,
        role: OrganisationRole,
    },
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
        let user = write(core, |db| change(core, db, &admin, &who, (&expected, &changes)))?;
        Ok(Current::new(people::whole(core, user)?))
    })
    .await
}

fn change(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    who: &str,
    (expected, changes): (&Expected, &UserChanges),
) -> Result<User, AdminError> {
    let found = changeable(db, admin, who)?;
    may_make(admin, changes.role.unwrap_or(found.role))?;
    users::lock(db, &found.id)?;
    if *expected != Expected::Any {
        expected.check(&people::whole(core, found.clone())?)?;
    }
    write_profile(core, db, &found, changes)?;
    write_email(core, db, &found, changes.email.as_deref())?;
    write_rights(core, db, &found, changes)?;
    if let Some(names) = &changes.groups {
        write_groups(core, db, &found, names)?;
    }
    if let Some(belonging) = &changes.organisation {
        write_belonging(core, db, &found, belonging)?;
    }
    log(core, db, admin, &found.id, (Action::UpdateUser, None))?;
    one_is_left(db, admin)?;
    users::find_by_id(db, &found.id)?.ok_or_else(|| absent("user", who))
}

fn write_profile(core: &Core, db: &mut Db, user: &User, changes: &UserChanges) -> Result<(), AdminError> {
    let mut edited = User { updated_at: core.clock.now(), ..user.clone() };
    if let Some(name) = &changes.name {
        edited.profile.name = given(name);
    }
    if let Some(picture) = &changes.picture {
        edited.profile.picture = given(picture);
    }
    if let Some(username) = &changes.username {
        edited.username.clone_from(username);
    }
    people::check_profile(&edited.profile)?;
    taken(users::update_profile(db, &edited)?, &edited.username)
}

fn write_email(core: &Core, db: &mut Db, user: &User, email: Option<&str>) -> Result<(), AdminError> {
    let Some(email) = email else {
        return Ok(());
    };
    // What was mailed to the address before opens nothing any more.
    for purpose in [Purpose::ConfirmEmail, Purpose::ResetPassword] {
        one_time_tokens::delete_of(db, purpose, &user.id)?;
    }
    taken(users::confirm_email(db, &user.id, email, core.clock.now())?, email)
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

fn write_rights(core: &Core, db: &mut Db, user: &User, changes: &UserChanges) -> Result<(), StoreError> {
    let now = core.clock.now();
    if let Some(status) = changes.status.filter(|status| *status != user.status) {
        users::update_status(db, &user.id, status, now)?;
    }
    if let Some(role) = changes.role.filter(|role| *role != user.role) {
        users::update_role(db, &user.id, role, now)?;
    }
    if let Some(privileges) = changes.privileges.as_ref().filter(|privileges| **privileges != user.privileges) {
        users::update_privileges(db, &user.id, privileges, now)?;
    }
    if changes.attributes.is_empty() {
        return Ok(());
    }
    let mut kept = user.attributes.clone();
    for (name, json) in &changes.attributes {
        match json {
            Some(json) => kept.insert(name.clone(), json.clone()),
            None => kept.remove(name),
        };
    }
    users::update_attributes(db, &user.id, &kept, now).map(drop)
}

fn write_groups(core: &Core, db: &mut Db, user: &User, names: &[String]) -> Result<(), StoreError> {
    let now = core.clock.now();
    for before in groups::list_names_of(db, &user.id)?.iter().filter(|before| !names.contains(before)) {
        if let Some(group) = groups::find_by_name(db, before)? {
            groups::remove_member(db, &group.id, &user.id)?;
        }
    }
    for name in names {
        let new = Group { id: GroupId::new(now, random::bytes()), name: name.clone(), created_at: now };
        groups::insert(db, &new)?;
        if let Some(group) = groups::find_by_name(db, name)? {
            groups::add_member(db, &group.id, &user.id, now)?;
        }
    }
    Ok(())
}

fn write_belonging(core: &Core, db: &mut Db, user: &User, belonging: &Belonging) -> Result<(), StoreError> {
    let wanted = match belonging {
        Belonging::Nowhere => None,
        Belonging::To { name, role } => Some((organisations::find_or_make(core, db, name)?.id, *role)),
    };
    for before in memberships::list_memberships(db, &user.id)? {
        if wanted.as_ref().is_none_or(|(id, _)| *id != before.organisation.id) {
            memberships::leave(db, &before.organisation.id, &user.id)?;
        }
    }
    if let Some((id, role)) = wanted {
        memberships::join(db, &id, &user.id, role, core.clock.now())?;
    }
    Ok(())
}

fn given(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl UserChanges {
    fn checked(self) -> Result<Self, AdminError> {
        let email = self.email.map(|text| normal_email(&text).ok_or_else(|| unfit("email", "is no e-mail address")));
        let names = |what: &'static str, list: Option<Vec<String>>| {
            list.map(|names| names.iter().map(|name| readable(what, name)).collect::<Result<Vec<_>, _>>()).transpose()
        };
        for (name, json) in &self.attributes {
            check_attribute(name, json.as_deref())?;
        }
        if let Some(Belonging::To { name, .. }) = &self.organisation {
            readable("organisation", name)?;
        }
        Ok(Self {
            email: email.transpose()?,
            username: self.username.map(|text| parse_username(&text)).transpose()?,
            privileges: names("privilege", self.privileges)?,
            groups: names("group", self.groups)?,
            ..self
        })
    }
}

/// The name becomes a claim, or the member of a contract.
fn check_attribute(name: &str, json: Option<&str>) -> Result<(), AdminError> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    if name.is_empty() || name.len() > 64 || !name.bytes().all(word) {
        return Err(unfit("attribute", "a name is 1 to 64 letters, digits, _ - ."));
    }
    let fits = |json: &str| json.len() <= 16_384 && serde_json::from_str::<serde_json::Value>(json).is_ok();
    if json.is_some_and(|json| !fits(json)) {
        return Err(unfit("attribute", format!("{name} must be JSON, of at most 16384 bytes")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, json: &str) -> Result<UserChanges, AdminError> {
        let attributes = BTreeMap::from([(name.to_owned(), Some(json.to_owned()))]);
        UserChanges { attributes, ..UserChanges::default() }.checked()
    }

    #[test]
    fn an_attribute_is_a_name_and_json() {
        assert!(with("assigned_agents", r#"["agent_1"]"#).is_ok());
        for (name, json) in [("", "1"), ("a b", "1"), ("a", "not json"), ("a", "[1")] {
            assert!(with(name, json).is_err(), "{name} {json}");
        }
    }

    #[test]
    fn names_are_readable() {
        let named = |group: &str| UserChanges { groups: Some(vec![group.to_owned()]), ..UserChanges::default() };
        assert!(named("engineering").checked().is_ok());
        assert!(named(" ").checked().is_err());
        assert!(named("two\nlines").checked().is_err());
    }
}

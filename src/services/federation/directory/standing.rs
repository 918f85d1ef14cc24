//! What an account has by its directory: names, address, privileges, groups and organisations, written where they differ.

use super::{arrival::Arrival, knows, mapping::Mapped};
use crate::{
    crypto::random,
    domain::{
        audit::Action,
        ids::{GroupId, UserId},
        organisation::{Group, OrganisationRole},
        user::{Profile, Role, User},
    },
    services::{audit, core::Core, organisations as our_organisations},
    store::{
        Db, StoreError, groups, organisations,
        users::{self, Updated},
    },
};

/// The user afterwards, if there still is one. A sign-in that finds everything as it should be writes nothing here.
pub(super) fn bring_up_to_date(
    core: &Core,
    db: &mut Db,
    arrival: &Arrival,
    user: &User,
) -> Result<Option<User>, StoreError> {
    let mapped = Mapped::of(&arrival.settings.mappings, &arrival.person.groups);
    let id = &user.id;
    let members = update_user(core, db, arrival, &mapped, user)?;
    let groups = update_groups(core, db, &mapped, id)?;
    let organisations = update_organisations(core, db, &mapped, id)?;
    if members || groups || organisations {
        audit::record(core, db, arrival.entry(id, Action::UpdateUser))?;
    }
    users::find_by_id(db, id)
}

/// What differs in the user's own row.
#[derive(Debug, Default, PartialEq, Eq)]
struct Changes<'a> {
    profile: Option<Profile>,
    address: Option<&'a str>,
    role: Option<Role>,
    privileges: Option<Vec<String>>,
}

impl<'a> Changes<'a> {
    fn of(arrival: &'a Arrival, mapped: &Mapped, user: &User) -> Self {
        let privileges = mapped.privileges.after(&user.privileges);
        Self {
            profile: Some(arrival.profile(&user.profile)).filter(|profile| *profile != user.profile),
            address: address(arrival, user),
            role: mapped.role.filter(|role| *role != user.role),
            privileges: Some(privileges).filter(|names| *names != sorted(&user.privileges)),
        }
    }
}

/// True where something was written.
fn update_user(core: &Core, db: &mut Db, arrival: &Arrival, mapped: &Mapped, user: &User) -> Result<bool, StoreError> {
    if Changes::of(arrival, mapped, user) == Changes::default() {
        return Ok(false);
    }
    // What others write from here on waits: a list is replaced as a whole.
    users::lock(db, &user.id)?;
    let Some(user) = users::find_by_id(db, &user.id)? else { return Ok(false) };
    let changes = Changes::of(arrival, mapped, &user);
    let now = core.clock.now();
    if let Some(address) = changes.address
        && users::confirm_email(db, &user.id, address, now)? == Updated::EmailTaken
    {
        tracing::warn!(user = %user.id, "the directory's address of this user is another user's here");
    }
    if let Some(role) = changes.role {
        users::update_role(db, &user.id, role, now)?;
    }
    if let Some(privileges) = &changes.privileges {
        users::update_privileges(db, &user.id, privileges, now)?;
    }
    if let Some(profile) = changes.profile {
        users::update_profile(db, &User { profile, updated_at: now, ..user })?;
    }
    Ok(true)
}

/// The address to write: the directory decides only about those of its domains, and never takes another away.
fn address<'a>(arrival: &'a Arrival, user: &User) -> Option<&'a str> {
    let own = arrival.own_address.as_deref()?;
    let governed = user.email.as_deref().is_none_or(|email| knows(&arrival.settings, email));
    let stands = user.email.as_deref() == Some(own) && user.email_verified;
    (governed && !stands).then_some(own)
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}

fn update_groups(core: &Core, db: &mut Db, mapped: &Mapped, user: &UserId) -> Result<bool, StoreError> {
    if mapped.groups.0.is_empty() {
        return Ok(false);
    }
    let held = groups::list_names_of(db, user)?;
    let mut changed = false;
    for (name, given) in &mapped.groups.0 {
        if held.contains(name) == *given {
            continue;
        }
        let Some(group) = group(core, db, name)? else { continue };
        changed |= if *given {
            groups::add_member(db, &group.id, user, core.clock.now())?
        } else {
            groups::remove_member(db, &group.id, user)?
        };
    }
    Ok(changed)
}

/// The group of this name, made where there is none.
fn group(core: &Core, db: &mut Db, name: &str) -> Result<Option<Group>, StoreError> {
    if let Some(group) = groups::find_by_name(db, name)? {
        return Ok(Some(group));
    }
    let now = core.clock.now();
    let group = Group { id: GroupId::new(now, random::bytes()), name: name.to_owned(), created_at: now };
    if groups::insert(db, &group)? { Ok(Some(group)) } else { groups::find_by_name(db, name) }
}

fn update_organisations(core: &Core, db: &mut Db, mapped: &Mapped, user: &UserId) -> Result<bool, StoreError> {
    if mapped.organisations.is_empty() {
        return Ok(false);
    }
    let held = organisations::list_memberships(db, user)?;
    let mut changed = false;
    for (name, role) in &mapped.organisations {
        let id = our_organisations::our_id(name);
        let before = held.iter().find(|membership| membership.organisation.id == id).map(|membership| membership.role);
        changed |= match (before, role) {
            (before, Some(role)) if before != Some(*role) => join(core, db, name, user, *role)?,
            (Some(_), None) => organisations::leave(db, &id, user)?,
            _ => false,
        };
    }
    Ok(changed)
}

fn join(core: &Core, db: &mut Db, name: &str, user: &UserId, role: OrganisationRole) -> Result<bool, StoreError> {
    match our_organisations::ours(core, db, name)? {
        Some(organisation) => organisations::join(db, &organisation.id, user, role, core.clock.now()),
        None => Ok(false),
    }
}

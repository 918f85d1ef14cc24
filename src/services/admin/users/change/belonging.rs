//! Groups and the organisation of an account. What is joined, left or made on the way has its own entry in the audit log,
//! as at the page of the group or the organisation. Whoever calls has the turn.

use super::super::{AdminError, log};
use crate::{
    crypto::random,
    domain::{
        administrator::Administrator,
        audit::Action,
        ids::{GroupId, OrganisationId},
        organisation::{Group, Organisation, OrganisationRole},
        user::User,
    },
    services::{
        admin::{absent, entry, groups::called, organisations},
        audit,
        core::Core,
    },
    store::{Db, StoreError, groups, organisations as memberships},
};

/// What a user belongs to; it takes the place of what was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Belonging {
    Nowhere,
    /// By id or name; made if there is none of this name.
    To {
        name: String,
        role: OrganisationRole,
    },
}

pub(super) fn write_groups(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    user: &User,
    names: &[String],
) -> Result<(), StoreError> {
    let now = core.clock.now();
    for before in groups::list_names_of(db, &user.id)?.iter().filter(|before| !names.contains(before)) {
        if let Some(group) = groups::find_by_name(db, before)?
            && groups::remove_member(db, &group.id, &user.id)?
        {
            log(core, db, admin, &user.id, (Action::LeaveGroup, Some(called(&group))))?;
        }
    }
    for name in names {
        let new = Group { id: GroupId::new(now, random::bytes()), name: name.clone(), created_at: now };
        if groups::insert(db, &new)? {
            audit::record(core, db, entry(admin, Action::CreateGroup, called(&new)))?;
        }
        if let Some(group) = groups::find_by_name(db, name)?
            && groups::add_member(db, &group.id, &user.id, now)?
        {
            log(core, db, admin, &user.id, (Action::JoinGroup, Some(called(&group))))?;
        }
    }
    Ok(())
}

pub(super) fn write_organisation(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    user: &User,
    belonging: &Belonging,
) -> Result<(), AdminError> {
    let wanted = match belonging {
        Belonging::Nowhere => None,
        Belonging::To { name, role } => Some((find_or_make(core, db, admin, name)?, *role)),
    };
    let held = memberships::list_memberships(db, &user.id)?;
    for before in &held {
        if wanted.as_ref().is_none_or(|(organisation, _)| organisation.id != before.organisation.id) {
            memberships::leave(db, &before.organisation.id, &user.id)?;
            let detail = organisations::called(&before.organisation);
            log(core, db, admin, &user.id, (Action::LeaveOrganisation, Some(detail)))?;
        }
    }
    let Some((organisation, role)) = wanted else {
        return Ok(());
    };
    if held.iter().any(|held| held.organisation.id == organisation.id && held.role == role) {
        return Ok(());
    }
    organisations::join(core, db, admin, &user.id, (&organisation, role))
}

/// The oldest of this name, or a new one.
fn find_or_make(core: &Core, db: &mut Db, admin: &Administrator, name: &str) -> Result<Organisation, AdminError> {
    if let Some(id) = OrganisationId::parse(name) {
        return memberships::find(db, &id)?.ok_or_else(|| absent("organisation", name));
    }
    if let Some(found) = memberships::find_by_name(db, name)? {
        return Ok(found);
    }
    let (name, now) = (organisations::free_name(core, name)?, core.clock.now());
    let made = Organisation { id: OrganisationId::new(now, random::bytes()), name, created_at: now };
    memberships::insert(db, &made)?;
    audit::record(core, db, entry(admin, Action::CreateOrganisation, organisations::called(&made)))?;
    Ok(made)
}

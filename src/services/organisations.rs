//! Organisations and groups: made at registration or by an operator, and the default one that new users join.

use super::core::Core;
use crate::{
    crypto::random,
    domain::{
        ids::OrganisationId,
        organisation::{Membership, Organisation, OrganisationRole},
        user::User,
    },
    store::{Db, StoreError, leases, organisations},
};

/// Held by whoever makes an organisation that there shall be once.
const MAKING: &str = "organisation";

/// Makes the organisation that a registration names, with the user as its admin; without a name the user becomes a
/// member of the deployment's default organisation, if it has one.
pub fn settle(core: &Core, db: &mut Db, user: &User, name: Option<&str>) -> Result<Option<Membership>, StoreError> {
    let default = core.settings.accounts.default_organisation.trim();
    let (organisation, role) = match name {
        Some(name) => (make(core, db, name)?, OrganisationRole::Admin),
        None if default.is_empty() => return Ok(None),
        None => (find_or_make(core, db, default)?, OrganisationRole::Member),
    };
    organisations::join(db, &organisation.id, &user.id, role, core.clock.now())?;
    Ok(Some(Membership { organisation, role }))
}

/// The oldest of this name, or a new one.
pub(in crate::services) fn find_or_make(core: &Core, db: &mut Db, name: &str) -> Result<Organisation, StoreError> {
    if let Some(found) = organisations::find_by_name(db, name)? {
        return Ok(found);
    }
    // Whoever else is making it ends first: names are not unique, and two of them would part the members.
    let now = core.clock.now();
    leases::acquire(db, MAKING, &core.node, now, now)?;
    match organisations::find_by_name(db, name)? {
        Some(found) => Ok(found),
        None => make(core, db, name),
    }
}

fn make(core: &Core, db: &mut Db, name: &str) -> Result<Organisation, StoreError> {
    let now = core.clock.now();
    let made = Organisation { id: OrganisationId::new(now, random::bytes()), name: name.to_owned(), created_at: now };
    organisations::insert(db, &made)?;
    Ok(made)
}

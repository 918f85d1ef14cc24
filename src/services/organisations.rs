//! Organisations and groups: made at registration or by an operator, and the default one that new users join.

use super::core::Core;
use crate::{
    crypto::{digest, random},
    domain::{
        ids::OrganisationId,
        organisation::{Membership, Organisation, OrganisationRole},
        secret::SecretDigest,
        time::Timestamp,
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
        None => match ours(core, db, default)? {
            Some(organisation) => (organisation, OrganisationRole::Member),
            None => return Ok(None),
        },
    };
    organisations::join(db, &organisation.id, &user.id, role, core.clock.now())?;
    Ok(Some(Membership { organisation, role }))
}

/// An organisation that the settings name, by its id or its name; made where it is named and is not there yet.
pub(in crate::services) fn ours(core: &Core, db: &mut Db, name: &str) -> Result<Option<Organisation>, StoreError> {
    let id = our_id(name);
    if let Some(found) = organisations::find(db, &id)? {
        return Ok(Some(found));
    }
    if OrganisationId::parse(name).is_some() {
        tracing::warn!(organisation = name, "the settings name an organisation that is not there");
        return Ok(None);
    }
    let now = core.clock.now();
    // Whoever else is making it ends first.
    leases::acquire(db, MAKING, &core.node, now, now)?;
    match organisations::find(db, &id)? {
        Some(found) => Ok(Some(found)),
        None => insert(db, id, name, now).map(Some),
    }
}

/// Made from the name, because anybody may register an organisation and call it so: theirs is another one.
pub(in crate::services) fn our_id(name: &str) -> OrganisationId {
    if let Some(id) = OrganisationId::parse(name) {
        return id;
    }
    let SecretDigest(digest) = digest::secret(&format!("an organisation of the settings: {name}"));
    let mut bytes = [0; 10];
    for (byte, from) in bytes.iter_mut().zip(digest) {
        *byte = from;
    }
    OrganisationId::new(Timestamp::from_unix(0), bytes)
}

/// Who, beside administrators, decides about an organisation: the settings name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// The directory of this name says who belongs to it, and products trust it in that.
    Directory(String),
    /// `accounts.default_organisation`: newcomers join it.
    Newcomers,
}

/// The keeper of this organisation, by the id that the settings' name makes: one that is only called so has none.
pub(in crate::services) fn keeper(core: &Core, id: &OrganisationId) -> Option<Keeper> {
    named(core).find(|(name, _)| our_id(name) == *id).map(|(_, keeper)| keeper)
}

/// The keeper of the organisation that the settings call so; an id is no name.
pub(in crate::services) fn keeper_of_name(core: &Core, name: &str) -> Option<Keeper> {
    let found = named(core).find(|(named, _)| *named == name);
    found.filter(|_| OrganisationId::parse(name).is_none()).map(|(_, keeper)| keeper)
}

fn named(core: &Core) -> impl Iterator<Item = (&str, Keeper)> {
    let default = Some(core.settings.accounts.default_organisation.trim()).filter(|name| !name.is_empty());
    let mapped = core.settings.directories.iter().flat_map(|directory| {
        let names = directory.mappings.iter().filter_map(|mapping| mapping.organisation.as_deref());
        names.map(|name| (name, Keeper::Directory(directory.name.clone())))
    });
    mapped.chain(default.map(|name| (name, Keeper::Newcomers)))
}

fn make(core: &Core, db: &mut Db, name: &str) -> Result<Organisation, StoreError> {
    let now = core.clock.now();
    insert(db, OrganisationId::new(now, random::bytes()), name, now)
}

fn insert(db: &mut Db, id: OrganisationId, name: &str, now: Timestamp) -> Result<Organisation, StoreError> {
    let made = Organisation { id, name: name.to_owned(), created_at: now };
    organisations::insert(db, &made)?;
    Ok(made)
}

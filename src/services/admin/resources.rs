//! The registry of protected resources: the APIs that tokens can be meant for.

use super::{
    AdminError, absent,
    edition::{Current, Expected},
    entry, read, readable, require, unfit, write_registry,
};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        scope::Resource,
    },
    protocol::resource,
    services::{audit, core::Core},
    store::{Db, resources, scopes},
};

/// Registers a resource by its identifier, an absolute URI without fragment (RFC 8707 §2).
pub async fn create(
    core: &Core,
    admin: &Administrator,
    identifier: &str,
    name: &str,
) -> Result<Current<Resource>, AdminError> {
    may_change(admin)?;
    let identifier = resource::parse(identifier)
        .ok_or_else(|| unfit("resource", "must be an absolute URI without fragment, such as https://api.example"))?;
    let (admin, name) = (admin.clone(), readable("name", name)?);
    core.run(move |core| {
        let resource = Resource { identifier, name, created_at: core.clock.now() };
        write_registry(core, |db| {
            if !resources::insert(db, &resource)? {
                return Err(AdminError::Taken { what: "resource", name: resource.identifier.clone() });
            }
            Ok(audit::record(core, db, entry(&admin, Action::CreateResource, &resource.identifier))?)
        })?;
        Ok(Current::new(resource))
    })
    .await
}

pub async fn list(core: &Core, admin: &Administrator) -> Result<Vec<Resource>, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    core.run(|core| Ok(core.store.read(resources::list)?)).await
}

pub async fn show(core: &Core, admin: &Administrator, identifier: &str) -> Result<Current<Resource>, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    let identifier = identifier.to_owned();
    core.run(move |core| Ok(Current::new(read(core, |db| find(db, &identifier))?))).await
}

/// Changes its name; the identifier is what tokens say, and stays.
pub async fn update(
    core: &Core,
    admin: &Administrator,
    identifier: &str,
    expected: Expected,
    name: &str,
) -> Result<Current<Resource>, AdminError> {
    may_change(admin)?;
    let name = readable("name", name)?;
    let (admin, identifier) = (admin.clone(), identifier.to_owned());
    core.run(move |core| {
        let resource = write_registry(core, |db| {
            let resource = find(db, &identifier)?;
            expected.check(&resource)?;
            resources::update_name(db, &identifier, &name)?;
            audit::record(core, db, entry(&admin, Action::UpdateResource, &identifier))?;
            Ok(Resource { name, ..resource })
        })?;
        Ok(Current::new(resource))
    })
    .await
}

/// Takes a resource out of the registry; its scopes have to go first, or they would fit every audience.
pub async fn delete(
    core: &Core,
    admin: &Administrator,
    identifier: &str,
    expected: Expected,
) -> Result<(), AdminError> {
    may_change(admin)?;
    let (admin, identifier) = (admin.clone(), identifier.to_owned());
    core.run(move |core| {
        write_registry(core, |db| {
            expected.check(&find(db, &identifier)?)?;
            let scopes = scopes::list(db)?;
            if let Some(scope) = scopes.iter().find(|scope| scope.resource.as_ref() == Some(&identifier)) {
                let reason = format!("the scope {} belongs to it: delete that first", scope.name);
                return Err(unfit("resource", reason));
            }
            resources::delete(db, &identifier)?;
            Ok(audit::record(core, db, entry(&admin, Action::DeleteResource, &identifier))?)
        })
    })
    .await
}

/// The registry is everybody's: one who manages only some clients leaves it alone.
fn may_change(admin: &Administrator) -> Result<(), AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    let whole = admin.reaches(None);
    if whole {
        Ok(())
    } else {
        Err(AdminError::Forbidden("the registry of resources is for administrators".to_owned()))
    }
}

pub(super) fn find(db: &mut Db, identifier: &str) -> Result<Resource, AdminError> {
    let found = resource::parse(identifier).map(|identifier| resources::find(db, &identifier)).transpose()?;
    found.flatten().ok_or_else(|| absent("resource", identifier))
}

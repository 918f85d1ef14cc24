//! The registry of protected resources: the APIs that tokens can be meant for.

use super::{AdminError, absent, readable, unfit};
use crate::{
    domain::scope::Resource,
    protocol::resource,
    services::{core::Core, registry},
    store::{resources, scopes},
};

/// Registers a resource by its identifier, an absolute URI without fragment (RFC 8707 §2).
pub async fn create(core: &Core, identifier: &str, name: &str) -> Result<Resource, AdminError> {
    let identifier = resource::parse(identifier)
        .ok_or_else(|| unfit("resource", "must be an absolute URI without fragment, such as https://api.example"))?;
    let name = readable("name", name)?;
    core.run(move |core| {
        let resource = Resource { identifier, name, created_at: core.clock.now() };
        if registry::change(core, |db| resources::insert(db, &resource))? {
            Ok(resource)
        } else {
            Err(AdminError::Taken { what: "resource", name: resource.identifier })
        }
    })
    .await
}

pub async fn list(core: &Core) -> Result<Vec<Resource>, AdminError> {
    core.run(|core| Ok(core.store.read(resources::list)?)).await
}

/// Takes a resource out of the registry; its scopes have to go first, or they would fit every audience.
pub async fn delete(core: &Core, identifier: &str) -> Result<(), AdminError> {
    let identifier = identifier.to_owned();
    core.run(move |core| {
        registry::change(core, |db| {
            let scopes = scopes::list(db)?;
            if let Some(scope) = scopes.iter().find(|scope| scope.resource.as_ref() == Some(&identifier)) {
                let reason = format!("the scope {} belongs to it: signet scope delete {}", scope.name, scope.name);
                return Ok(Err(unfit("resource", reason)));
            }
            let deleted = resources::delete(db, &identifier)?;
            Ok(if deleted { Ok(()) } else { Err(absent("resource", &identifier)) })
        })?
    })
    .await
}

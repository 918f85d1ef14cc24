//! The registry of scopes.

use super::{AdminError, absent, readable, unfit};
use crate::{
    domain::scope::{OPENID_SCOPES, RegisteredScope},
    protocol::scope::Scope,
    services::{core::Core, registry},
    store::{resources, scopes},
};

/// A scope to be registered.
#[derive(Clone, Debug)]
pub struct NewScope {
    pub name: String,
    /// What the consent page says of it.
    pub description: String,
    /// The resource server that it belongs to; `None` fits every one.
    pub resource: Option<String>,
}

pub async fn create(core: &Core, new: NewScope) -> Result<RegisteredScope, AdminError> {
    core.run(move |core| insert(core, &new)).await
}

/// The registered scopes, without OpenID's own.
pub async fn list(core: &Core) -> Result<Vec<RegisteredScope>, AdminError> {
    core.run(|core| Ok(core.store.read(scopes::list)?)).await
}

/// Takes a scope out of the registry: nobody can ask for it any more.
pub async fn delete(core: &Core, name: &str) -> Result<(), AdminError> {
    let name = name.to_owned();
    core.run(move |core| {
        let deleted = registry::change(core, |db| scopes::delete(db, &name))?;
        if deleted { Ok(()) } else { Err(absent("scope", &name)) }
    })
    .await
}

fn insert(core: &Core, new: &NewScope) -> Result<RegisteredScope, AdminError> {
    let single = Scope::parse(&new.name).filter(|scope| scope.iter().eq([new.name.as_str()]));
    if single.is_none() || new.name.len() > 128 {
        return Err(unfit("scope", "must be one word of visible ASCII without \" and \\ (RFC 6749 §3.3)"));
    }
    if OPENID_SCOPES.iter().any(|(own, _)| *own == new.name) {
        return Err(unfit("scope", format!("{} belongs to OpenID Connect and is there already", new.name)));
    }
    let scope = RegisteredScope {
        name: new.name.clone(),
        description: readable("description", &new.description)?,
        resource: new.resource.clone(),
        created_at: core.clock.now(),
    };
    registry::change(core, |db| {
        if let Some(resource) = &scope.resource
            && resources::find(db, resource)?.is_none()
        {
            return Ok(Err(absent("resource", resource)));
        }
        if !scopes::insert(db, &scope)? {
            return Ok(Err(AdminError::Taken { what: "scope", name: scope.name.clone() }));
        }
        Ok(Ok(()))
    })??;
    Ok(scope)
}

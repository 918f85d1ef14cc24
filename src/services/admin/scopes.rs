//! The registry of scopes.

use super::{
    AdminError, absent,
    edition::{Current, Expected},
    entry, read, readable, require,
    resources::find as find_resource,
    unfit, write_registry,
};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area, acts_on_others, is_built_in},
        audit::Action,
        scope::{OPENID_SCOPES, RegisteredScope},
    },
    protocol::scope::Scope,
    services::{audit, core::Core},
    store::{Db, scopes},
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

/// Registers a scope: from now on clients can be given it.
pub async fn create(core: &Core, admin: &Administrator, new: NewScope) -> Result<Current<RegisteredScope>, AdminError> {
    may_change(admin, &new.name)?;
    let admin = admin.clone();
    core.run(move |core| {
        let scope = parse(core, &new)?;
        write_registry(core, |db| {
            if let Some(resource) = &scope.resource {
                find_resource(db, resource)?;
            }
            if !scopes::insert(db, &scope)? {
                return Err(AdminError::Taken { what: "scope", name: scope.name.clone() });
            }
            Ok(audit::record(core, db, entry(&admin, Action::CreateScope, &scope.name))?)
        })?;
        Ok(Current::new(scope))
    })
    .await
}

/// The registered scopes, without OpenID's own.
pub async fn list(core: &Core, admin: &Administrator) -> Result<Vec<RegisteredScope>, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    core.run(|core| Ok(core.store.read(scopes::list)?)).await
}

pub async fn show(core: &Core, admin: &Administrator, name: &str) -> Result<Current<RegisteredScope>, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    let name = name.to_owned();
    core.run(move |core| Ok(Current::new(read(core, |db| find(db, &name))?))).await
}

/// Changes what the consent page says of it. What it is for stays as it is: a scope that changes its resource is another.
pub async fn update(
    core: &Core,
    admin: &Administrator,
    name: &str,
    expected: Expected,
    description: &str,
) -> Result<Current<RegisteredScope>, AdminError> {
    may_change(admin, name)?;
    let description = readable("description", description)?;
    let (admin, name) = (admin.clone(), name.to_owned());
    core.run(move |core| {
        let scope = write_registry(core, |db| {
            let scope = find(db, &name)?;
            expected.check(&scope)?;
            scopes::update_description(db, &name, &description)?;
            audit::record(core, db, entry(&admin, Action::UpdateScope, &name))?;
            Ok(RegisteredScope { description, ..scope })
        })?;
        Ok(Current::new(scope))
    })
    .await
}

/// Takes a scope out of the registry: nobody can ask for it any more, and tokens are good for it no longer. Those of this
/// server's own doors stay, or every program would be shut out at once.
pub async fn delete(core: &Core, admin: &Administrator, name: &str, expected: Expected) -> Result<(), AdminError> {
    may_change(admin, name)?;
    if is_built_in(name) {
        return Err(unfit("scope", format!("{name} is this server's own: take it from the clients that have it")));
    }
    let (admin, name) = (admin.clone(), name.to_owned());
    core.run(move |core| {
        write_registry(core, |db| {
            expected.check(&find(db, &name)?)?;
            scopes::delete(db, &name)?;
            Ok(audit::record(core, db, entry(&admin, Action::DeleteScope, &name))?)
        })
    })
    .await
}

/// The registry is everybody's: one who manages only some clients, or who could not give the scope, leaves it alone.
fn may_change(admin: &Administrator, name: &str) -> Result<(), AdminError> {
    require(admin, Area::Clients, Access::Write)?;
    if !admin.reaches(None) || (acts_on_others(name) && !admin.may_give(name)) {
        return Err(AdminError::Forbidden("the registry of scopes is for administrators".to_owned()));
    }
    Ok(())
}

fn find(db: &mut Db, name: &str) -> Result<RegisteredScope, AdminError> {
    let found = Scope::parse(name).map(|_| scopes::find(db, name)).transpose()?;
    found.flatten().ok_or_else(|| absent("scope", name))
}

fn parse(core: &Core, new: &NewScope) -> Result<RegisteredScope, AdminError> {
    let single = Scope::parse(&new.name).filter(|scope| scope.iter().eq([new.name.as_str()]));
    if single.is_none() || new.name.len() > 128 {
        return Err(unfit("scope", "must be one word of visible ASCII without \" and \\ (RFC 6749 §3.3)"));
    }
    if OPENID_SCOPES.iter().any(|(own, _)| *own == new.name) {
        return Err(unfit("scope", format!("{} belongs to OpenID Connect and is there already", new.name)));
    }
    Ok(RegisteredScope {
        name: new.name.clone(),
        description: readable("description", &new.description)?,
        resource: new.resource.clone(),
        created_at: core.clock.now(),
    })
}

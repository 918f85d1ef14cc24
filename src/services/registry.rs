//! The scopes and resources that are registered, kept in memory for a moment.

use std::sync::{Arc, PoisonError, RwLock};

use super::core::Core;
use crate::{
    domain::{
        client::Client,
        refused::{Declined, Difference},
        scope::{OPENID_SCOPES, RegisteredScope, Resource},
        time::Timestamp,
    },
    protocol::{error::OAuthError, scope::Scope},
    store::{StoreError, resources, scopes},
};

/// The cell that keeps the last reading.
pub struct Registry(RwLock<Option<(Timestamp, Arc<Registered>)>>);

/// What was registered at the moment of reading.
#[derive(Debug, Default)]
pub struct Registered {
    pub scopes: Vec<RegisteredScope>,
    pub resources: Vec<Resource>,
}

impl Registry {
    pub fn empty() -> Self {
        Self(RwLock::new(None))
    }
}

/// The registry as it is, at most the client cache's life old.
pub fn registered(core: &Core) -> Result<Arc<Registered>, StoreError> {
    let now = core.clock.now();
    let kept = core.registry.0.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((at, registered)) = kept
        && now.since(at) < core.settings.clients.cache_seconds
        && at <= now
    {
        return Ok(registered);
    }
    let registered =
        Arc::new(core.store.read(|db| Ok(Registered { scopes: scopes::list(db)?, resources: resources::list(db)? }))?);
    *core.registry.0.write().unwrap_or_else(PoisonError::into_inner) = Some((now, Arc::clone(&registered)));
    Ok(registered)
}

/// The registry was written to: this node reads it again, the others learn of it when their copy ends.
pub fn forget(core: &Core) {
    *core.registry.0.write().unwrap_or_else(PoisonError::into_inner) = None;
}

/// A resource that a client may not ask for, beside those that it may.
pub fn not_allowed(client: &Client, registered: &Registered, sent: &str) -> Declined {
    let known = registered.resources.iter().map(|resource| resource.identifier.as_str());
    let allowed = known.filter(|one| registered.allows_resource(client, one));
    Declined::from(OAuthError::invalid_target("the client may not ask for one of these resources"))
        .differs(Difference::new("resource", Some(sent), allowed))
}

impl Registered {
    /// Every scope name: OpenID's own and the registered ones.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let own = OPENID_SCOPES.iter().map(|(name, _)| *name);
        own.chain(self.scopes.iter().map(|scope| scope.name.as_str()))
    }

    pub fn knows(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// What is left of a scope: one that was deleted since is nobody's any more.
    pub fn known(&self, scope: &Scope) -> Scope {
        scope.iter().filter(|name| self.knows(name)).collect()
    }

    pub fn has_resource(&self, identifier: &str) -> bool {
        self.resources.iter().any(|resource| resource.identifier == identifier)
    }

    /// What the consent page says of a scope.
    pub fn description<'a>(&'a self, name: &'a str) -> &'a str {
        let own = OPENID_SCOPES.iter().find(|(own, _)| *own == name).map(|(_, words)| *words);
        let registered = || self.scopes.iter().find(|scope| scope.name == name).map(|scope| scope.description.as_str());
        own.or_else(registered).unwrap_or(name)
    }

    /// The resource servers that own one of these scopes.
    pub fn owners<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a str> {
        let owned = self.scopes.iter().filter(|registered| scope.contains(&registered.name));
        owned.filter_map(|registered| registered.resource.as_deref())
    }

    /// The resources of a token for which none is named: the client's default, else those that own the scopes (RFC 9068 §3).
    pub fn default_resources(&self, client: &Client, scope: &Scope) -> Vec<String> {
        let mut found: Vec<String> = client.default_resource.iter().cloned().collect();
        if found.is_empty() {
            for owner in self.owners(scope) {
                if !found.iter().any(|one| one == owner) {
                    found.push(owner.to_owned());
                }
            }
        }
        found
    }

    /// A client may ask for the resources it is registered for, and for those whose scopes it may ask for.
    pub fn allows_resource(&self, client: &Client, identifier: &str) -> bool {
        let listed = client.resources.iter().any(|one| one == identifier);
        self.has_resource(identifier) && (listed || self.owners(&client.scope).any(|owner| owner == identifier))
    }

    /// The part of `scope` that means something to `audience`: a scope that belongs to one resource
    /// server is not shown to another (RFC 8707 §3), and one that was deleted to nobody.
    pub fn meant_for(&self, scope: &Scope, audience: &[String]) -> Scope {
        let belongs = |name: &str| {
            let owner = self.scopes.iter().find(|scope| scope.name == name).and_then(|scope| scope.resource.as_deref());
            owner.is_none_or(|owner| audience.iter().any(|one| one == owner))
        };
        scope.iter().filter(|name| self.knows(name) && belongs(name)).collect()
    }
}

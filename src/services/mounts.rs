//! The account API's own clients: one per contract, so that its tokens are grants like any other.

use super::{core::Core, fault::Fault, grants::account, registry};
use crate::{
    domain::{
        client::{Client, ClientId, ClientKind, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        mount::{Mount, RefreshStyle},
        scope::Resource,
        time::Timestamp,
    },
    protocol::{client_auth::AuthMethod, scope::Scope},
    store::{Db, StoreError, clients, resources},
};

/// What the ids of these clients begin with; nobody else may register one.
const RESERVED: &str = "account-";

/// The client that a contract's tokens are issued to.
pub fn client_id(contract: &str) -> Option<ClientId> {
    ClientId::parse(&format!("{RESERVED}{contract}"))
}

/// Whether a client is one of ours, which no administrator changes.
pub fn is_reserved(id: &ClientId) -> bool {
    id.as_str().starts_with(RESERVED)
}

/// Writes the client and the resource of each mount, where they are not there yet or stand otherwise.
pub fn ensure(core: &Core, mounts: &[Mount]) -> Result<(), Fault> {
    let now = core.clock.now();
    core.store.write(|db| {
        for mount in mounts {
            let name = format!("{} account API", mount.contract);
            resources::insert(db, &Resource { identifier: mount.audience.clone(), name, created_at: now })?;
            put(db, &client(mount, mounts, now))?;
        }
        Ok(())
    })?;
    registry::forget(core);
    for mount in mounts {
        core.clients.forget(&mount.client_id);
    }
    Ok(())
}

fn put(db: &mut Db, wanted: &Client) -> Result<(), StoreError> {
    let Some((found, _)) = clients::find(db, &wanted.id)? else {
        // Another node may have been first.
        clients::insert(db, wanted)?;
        return Ok(());
    };
    let same = Client { created_at: found.created_at, updated_at: found.updated_at, ..wanted.clone() };
    if found != same {
        clients::update(db, &Client { created_at: found.created_at, ..wanted.clone() })?;
    }
    Ok(())
}

/// It can do nothing by itself: it has no grant type at `/token`, and no redirect URI.
fn client(mount: &Mount, mounts: &[Mount], now: Timestamp) -> Client {
    let own = mounts.iter().filter(|other| other.client_id == mount.client_id);
    Client {
        id: mount.client_id.clone(),
        name: format!("{} account API", mount.contract),
        kind: ClientKind::Public,
        party: Party::First,
        status: ClientStatus::Enabled,
        auth_methods: vec![AuthMethod::None],
        redirect_uris: Vec::new(),
        post_logout_redirect_uris: Vec::new(),
        grants: Vec::new(),
        scope: Scope::parse(account::SCOPE).unwrap_or_default(),
        resources: own.map(|mount| mount.audience.clone()).collect(),
        default_resource: None,
        resource_server: Vec::new(),
        pkce: PkcePolicy::Required,
        refresh: match mount.refresh {
            RefreshStyle::Rotating => RefreshPolicy::Rotate,
            RefreshStyle::Static => RefreshPolicy::Static,
        },
        access_seconds: None,
        cors_origins: Vec::new(),
        logo_uri: None,
        policy_uri: None,
        tos_uri: None,
        owner: None,
        created_at: now,
        updated_at: now,
    }
}

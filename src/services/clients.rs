//! Finding a client and authenticating it. RFC 6749 §2.3, §3.2.1.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;

use super::{
    core::Core,
    fault::{Failure, Fault},
};
use crate::{
    config::clients::ClientSettings,
    crypto::digest,
    domain::{
        client::{Client, ClientId, ClientKind, ClientSecret},
        time::Timestamp,
    },
    protocol::{
        client_auth::{AuthMethod, Presented, Proof},
        error::OAuthError,
    },
    store::{StoreError, clients},
};

/// A client as the cache keeps it.
#[derive(Debug)]
pub struct KnownClient {
    pub client: Client,
    pub secrets: Vec<ClientSecret>,
}

/// Clients that were asked for a moment ago. An absent client is never kept, so a new one works at once.
pub struct ClientCache(Cache<ClientId, Arc<KnownClient>>);

impl ClientCache {
    pub fn new(settings: &ClientSettings) -> Self {
        let life = Duration::from_secs(settings.cache_seconds.0.unsigned_abs());
        Self(Cache::builder().max_capacity(10_000).time_to_live(life).build())
    }

    /// Forgets a client that was changed on this node; the others learn of it when their copy ends.
    pub fn forget(&self, id: &ClientId) {
        self.0.invalidate(id);
    }

    /// The client, if it was used a moment ago: costs no query.
    pub fn peek(&self, id: &ClientId) -> Option<Arc<KnownClient>> {
        self.0.get(id)
    }
}

/// An enabled client by the name a request gave.
pub fn find(core: &Core, id: &str) -> Result<Option<Arc<KnownClient>>, StoreError> {
    let Some(id) = ClientId::parse(id) else {
        return Ok(None);
    };
    if let Some(known) = core.clients.0.get(&id) {
        return Ok(Some(known).filter(|known| known.client.is_enabled()));
    }
    let Some((client, secrets)) = core.store.read(|db| clients::find(db, &id))? else {
        return Ok(None);
    };
    let known = Arc::new(KnownClient { client, secrets });
    core.clients.0.insert(id, Arc::clone(&known));
    Ok(Some(known).filter(|known| known.client.is_enabled()))
}

/// The client that a request comes from. Which part was wrong is not told: RFC 6749 §5.2.
pub fn authenticate(core: &Core, presented: &Presented) -> Result<Arc<KnownClient>, Failure> {
    let refused = || OAuthError::invalid_client("client authentication failed");
    let known = find(core, &presented.client_id).map_err(Fault::from)?.ok_or_else(refused)?;
    if !proves(&known, presented, core.clock.now()) {
        return Err(refused().into());
    }
    Ok(known)
}

fn proves(known: &KnownClient, presented: &Presented, now: Timestamp) -> bool {
    match (&presented.proof, known.client.kind) {
        (Proof::None, ClientKind::Public) => known.client.auth_methods.contains(&AuthMethod::None),
        (Proof::Secret { secret, method }, ClientKind::Confidential) => {
            let presented = digest::secret(secret.reveal());
            let valid = |kept: &ClientSecret| kept.expires_at.is_none_or(|end| end > now);
            known.client.auth_methods.contains(method)
                && known.secrets.iter().any(|kept| digest::same(&kept.digest, &presented) && valid(kept))
        }
        (Proof::None, ClientKind::Confidential) | (Proof::Secret { .. }, ClientKind::Public) => false,
    }
}

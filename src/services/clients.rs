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
        refused::{Declined, Difference},
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
    Ok(registered(core, id)?.filter(|known| known.client.is_enabled()))
}

/// A client by the name a request gave, a disabled one too.
pub fn registered(core: &Core, id: &str) -> Result<Option<Arc<KnownClient>>, StoreError> {
    let Some(id) = ClientId::parse(id) else {
        return Ok(None);
    };
    if let Some(known) = core.clients.0.get(&id) {
        return Ok(Some(known));
    }
    let Some((client, secrets)) = core.store.read(|db| clients::find(db, &id))? else {
        return Ok(None);
    };
    let known = Arc::new(KnownClient { client, secrets });
    core.clients.0.insert(id, Arc::clone(&known));
    Ok(Some(known))
}

/// The client that a request comes from. Which part was wrong is not told: RFC 6749 §5.2.
pub fn authenticate(core: &Core, presented: &Presented) -> Result<Arc<KnownClient>, Failure> {
    let refused = || Declined::from(OAuthError::invalid_client("client authentication failed"));
    let now = core.clock.now();
    match registered(core, &presented.client_id).map_err(Fault::from)? {
        Some(known) if known.client.is_enabled() && proves(&known, presented, now) => Ok(known),
        known => Err(unproved(refused(), known.as_deref(), presented, now).into()),
    }
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

/// What the administrator learns of it. A secret that was sent is compared again, and goes nowhere.
fn unproved(refused: Declined, known: Option<&KnownClient>, presented: &Presented, now: Timestamp) -> Declined {
    let Some(known) = known else {
        return unknown(refused, &presented.client_id);
    };
    let client = &known.client;
    let refused = refused.of(&client.id);
    if !client.is_enabled() {
        return refused.because("the client is disabled");
    }
    let method = match &presented.proof {
        Proof::None => AuthMethod::None,
        Proof::Secret { method, .. } => *method,
    };
    let difference = || {
        let registered = client.auth_methods.iter().map(|method| method.as_str());
        Difference::new("token_endpoint_auth_method", Some(method.as_str()), registered)
    };
    match (&presented.proof, client.kind) {
        (Proof::None, ClientKind::Confidential) => {
            refused.because("the client has a secret, and the request sent none").differs(difference())
        }
        (Proof::Secret { .. }, ClientKind::Public) => {
            refused.because("a secret was sent, and a public client has none").differs(difference())
        }
        _ if !client.auth_methods.contains(&method) => {
            refused.because("the client is not registered for this way of authenticating").differs(difference())
        }
        (Proof::Secret { secret, .. }, _) => refused.because(wrong_secret(&known.secrets, secret.reveal(), now)),
        (Proof::None, ClientKind::Public) => refused,
    }
}

/// A request names a client that nobody registered.
pub fn unknown(refused: Declined, named: &str) -> Declined {
    refused.because("no client of this id is registered").named(named)
}

fn wrong_secret(kept: &[ClientSecret], sent: &str, now: Timestamp) -> String {
    let sent = digest::secret(sent);
    let ended = |kept: &&ClientSecret| kept.expires_at.filter(|end| *end <= now).map(Timestamp::rfc3339);
    if let Some(end) = kept.iter().find(|kept| digest::same(&kept.digest, &sent)).as_ref().and_then(ended) {
        return format!("the secret sent ended {end}");
    }
    let mut reason = format!("the secret sent matches none of the {} registered", kept.len());
    for end in kept.iter().filter_map(|kept| ended(&kept)) {
        reason.push_str("; one ended ");
        reason.push_str(&end);
    }
    reason
}

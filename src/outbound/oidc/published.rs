//! What a provider publishes: its discovery document and its keys, fetched when needed and kept for a while.

use std::sync::{Arc, PoisonError};

use openidconnect::{
    HttpRequest,
    core::{CoreJsonWebKeySet, CoreProviderMetadata},
    http,
};
use serde::Deserialize;

use super::{FetchError, HttpResponse, Upstream, UpstreamError};
use crate::{
    config::providers::is_safe,
    domain::time::{Seconds, Timestamp},
};

/// The document and the keys of one moment.
pub(super) struct Published {
    pub(super) metadata: CoreProviderMetadata,
    pub(super) keys: CoreJsonWebKeySet,
    /// RFC 9207 §3: an answer without `iss` is not this provider's.
    pub(super) sends_issuer: bool,
    /// Of the whole.
    fetched_at: Timestamp,
}

/// What is kept of a provider: one document and one set of keys, whoever asks.
#[derive(Default)]
pub(super) struct Kept {
    published: Option<Arc<Published>>,
    /// When it did not answer.
    away_at: Option<Timestamp>,
    /// When it was last asked for its keys alone.
    keys_at: Option<Timestamp>,
}

/// After this long everything is fetched anew.
const KEPT: Seconds = Seconds::hours(1);

/// A provider that is away is asked again after this long at the earliest.
const PATIENCE: Seconds = Seconds(5);

/// Keys are fetched anew this often at most, however many tokens name a key that nobody has.
const KEYS_EVERY: Seconds = Seconds::minutes(1);

/// OpenID Connect Discovery §3 has more; this is what the protocol library does not read.
#[derive(Deserialize)]
struct More {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Upstream {
    /// What the provider publishes, at most [`KEPT`] old.
    pub(super) async fn published(&self, now: Timestamp) -> Result<Arc<Published>, UpstreamError> {
        let mut kept = self.kept.lock().await;
        if let Some(published) = kept.published.as_ref().filter(|kept| now < kept.fetched_at.plus(KEPT)) {
            return Ok(Arc::clone(published));
        }
        kept.published = None;
        if kept.away_at.is_some_and(|at| now < at.plus(PATIENCE)) {
            return Err(UpstreamError::Away("it was away a moment ago".to_owned()));
        }
        // Also where this request is given up while it waits.
        kept.away_at = Some(now);
        let published = Arc::new(self.fetch(now).await?);
        kept.published = Some(Arc::clone(&published));
        kept.away_at = None;
        Ok(published)
    }

    /// The same with newer keys, for a token whose key is not among `old`'s. `None`: it is too early to ask again.
    pub(super) async fn with_newer_keys(
        &self,
        old: &Published,
        now: Timestamp,
    ) -> Result<Option<Arc<Published>>, UpstreamError> {
        let mut kept = self.kept.lock().await;
        if let Some(newer) = kept.published.as_ref().filter(|kept| kept.keys != old.keys) {
            return Ok(Some(Arc::clone(newer)));
        }
        if kept.keys_at.is_some_and(|at| now < at.plus(KEYS_EVERY)) {
            return Ok(None);
        }
        kept.keys_at = Some(now);
        let keys = self.fetch_keys(&old.metadata).await?;
        let Published { sends_issuer, fetched_at, .. } = *old;
        let newer = Arc::new(Published { metadata: old.metadata.clone(), keys, sends_issuer, fetched_at });
        kept.published = Some(Arc::clone(&newer));
        Ok(Some(newer))
    }

    /// Asks for everything anew, whatever is kept, and keeps what comes.
    pub async fn probe(&self, now: Timestamp) -> Result<(), UpstreamError> {
        let published = Arc::new(self.fetch(now).await?);
        let mut kept = self.kept.lock().await;
        kept.published = Some(published);
        kept.away_at = None;
        Ok(())
    }

    async fn fetch(&self, now: Timestamp) -> Result<Published, UpstreamError> {
        let fetched = self.fetch_all(now).await;
        let mut met = self.met.lock().unwrap_or_else(PoisonError::into_inner);
        match &fetched {
            Ok(_) => met.answered(now),
            Err(reason) => met.failed(now, reason.to_string()),
        }
        drop(met);
        fetched
    }

    async fn fetch_all(&self, now: Timestamp) -> Result<Published, UpstreamError> {
        let issuer = self.settings.issuer();
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let body = self.read(&url).await?;
        let odd = |reason: serde_json::Error| UpstreamError::Away(format!("its discovery document: {reason}"));
        let metadata: CoreProviderMetadata = serde_json::from_slice(&body).map_err(odd)?;
        let more: More = serde_json::from_slice(&body).map_err(odd)?;
        // OpenID Connect Discovery §4.3: whoever says to be another is not the one that was configured.
        if metadata.issuer().as_str() != issuer {
            let reason = format!("its discovery document says {} instead of {issuer}", metadata.issuer().as_str());
            return Err(UpstreamError::Away(reason));
        }
        let token = metadata.token_endpoint().map_or("", |url| url.as_str());
        let used = [metadata.authorization_endpoint().as_str(), token, metadata.jwks_uri().as_str()];
        if let Some(unsafe_one) = used.into_iter().find(|url| !is_safe(url)) {
            return Err(UpstreamError::Away(format!("its endpoint is no https address: {unsafe_one}")));
        }
        let keys = self.fetch_keys(&metadata).await?;
        let sends_issuer = more.authorization_response_iss_parameter_supported;
        Ok(Published { metadata, keys, sends_issuer, fetched_at: now })
    }

    async fn fetch_keys(&self, metadata: &CoreProviderMetadata) -> Result<CoreJsonWebKeySet, UpstreamError> {
        let body = self.read(metadata.jwks_uri().as_str()).await?;
        serde_json::from_slice(&body).map_err(|reason| UpstreamError::Away(format!("its keys: {reason}")))
    }

    async fn read(&self, url: &str) -> Result<Vec<u8>, UpstreamError> {
        let request = http::Request::get(url).header(http::header::ACCEPT, "application/json").body(Vec::new());
        let request: HttpRequest = request.map_err(|reason| UpstreamError::Away(format!("{url}: {reason}")))?;
        let answer: Result<HttpResponse, FetchError> = self.call(request).await;
        match answer {
            Ok(answer) if answer.status() == http::StatusCode::OK => Ok(answer.into_body()),
            Ok(answer) => Err(UpstreamError::Away(format!("{url} answers {}", answer.status()))),
            Err(reason) => Err(UpstreamError::Away(format!("{url}: {reason}"))),
        }
    }
}

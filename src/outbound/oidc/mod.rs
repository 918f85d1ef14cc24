//! Upstream OpenID providers: what they publish, the way out to them, and what their word is worth.

mod exchange;
mod proof;
mod published;

use std::{
    sync::{Mutex as Lock, OnceLock, PoisonError},
    time::Duration,
};

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::Client;
use tokio::sync::Mutex;

pub use exchange::{Ask, Homeward, Outward};
pub use proof::Vouched;

use super::fetch::{self, FetchError, Limits};
use crate::{config::providers::ProviderSettings, domain::met::Met};

/// A configured provider, and what it publishes as far as it was fetched.
pub struct Upstream {
    pub settings: ProviderSettings,
    http: OnceLock<Client>,
    /// One request at a time fetches; the others wait for what it brings.
    kept: Mutex<published::Kept>,
    met: Lock<Met>,
}

/// Why a provider's word is not there.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// It does not answer, or not as a provider does.
    #[error("the provider is away: {0}")]
    Away(String),
    /// It does not take the code.
    #[error("the provider refused: {0}")]
    Refused(String),
    /// It answered what must not be believed.
    #[error("not to be trusted: {0}")]
    Untrusted(String),
}

const LIMITS: Limits = Limits { time: Duration::from_secs(5), bytes: 256 * 1024 };

impl Upstream {
    pub fn new(settings: ProviderSettings) -> Self {
        Self { settings, http: OnceLock::new(), kept: Mutex::default(), met: Lock::default() }
    }

    /// How this node last met the provider, asked for what it publishes.
    pub fn met(&self) -> Met {
        self.met.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// One request of the protocol library, within our limits. The operator wrote the issuer down, so it may be private.
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, FetchError> {
        let broken = |reason: &dyn std::error::Error| FetchError::Broken(reason.to_string());
        let request = reqwest::Request::try_from(request).map_err(|reason| broken(&reason))?;
        let response = self.client()?.execute(request).await.map_err(|reason| fetch::judge(&reason, LIMITS))?;
        let mut answer = HttpResponse::new(Vec::new());
        *answer.status_mut() = response.status();
        *answer.headers_mut() = response.headers().clone();
        *answer.body_mut() = fetch::body(response, LIMITS).await?;
        Ok(answer)
    }

    fn client(&self) -> Result<Client, FetchError> {
        if let Some(client) = self.http.get() {
            return Ok(client.clone());
        }
        // Requests come from several runtimes: a connection that is kept would belong to one of them.
        let rules = fetch::rules(LIMITS).pool_max_idle_per_host(0);
        let local = self.settings.issuer().starts_with("http:");
        let client = fetch::client(if local { rules.no_proxy() } else { rules })?;
        Ok(self.http.get_or_init(|| client).clone())
    }
}

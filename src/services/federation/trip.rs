//! What has to survive the way to a provider and back: sealed in a cookie of this browser, for a while.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use crate::{
    crypto::{digest, random, seal::Purpose},
    domain::{ids::SessionId, secret::SecretDigest, time::Timestamp},
    services::{core::Core, oauth::browser::Browser},
};

/// What a cookie may hold in every browser, its name and attributes put aside (RFC 6265 §6.1).
const LONGEST: usize = 3500;

/// Where somebody goes on after the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Onward {
    /// The sign-in that was under way: what its page carried, sealed.
    SignIn(String),
    /// The provider becomes one of the account's, for whoever holds this session still.
    Link(SessionId),
}

/// One way to a provider.
pub(super) struct Trip {
    pub(super) provider: String,
    state: SecretDigest,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) onward: Onward,
    began: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    provider: String,
    state: String,
    nonce: String,
    verifier: String,
    sign_in: Option<String>,
    link: Option<String>,
    began: i64,
}

impl Trip {
    /// A new one, and its `state`: against forged answers, as the nonce is against replayed ID tokens.
    pub(super) fn begin(core: &Core, provider: &str, onward: Onward) -> (Self, String) {
        let fresh = || random::token().reveal().clone();
        let state = fresh();
        let trip = Self {
            provider: provider.to_owned(),
            state: digest::secret(&state),
            nonce: fresh(),
            verifier: fresh(),
            onward,
            began: core.clock.now(),
        };
        (trip, state)
    }

    /// RFC 6749 §10.12. Compares in constant time.
    pub(super) fn expects(&self, state: &str) -> bool {
        digest::same(&digest::secret(state), &self.state)
    }

    /// For the cookie; `None` where it would not fit.
    pub(super) fn seal(&self, core: &Core, browser: &Browser) -> Option<String> {
        let (sign_in, link) = match &self.onward {
            Onward::SignIn(sealed) => (Some(sealed.clone()), None),
            Onward::Link(session) => (None, Some(session.as_str().to_owned())),
        };
        let wire = Wire {
            provider: self.provider.clone(),
            state: URL_SAFE_NO_PAD.encode(self.state.0),
            nonce: self.nonce.clone(),
            verifier: self.verifier.clone(),
            sign_in,
            link,
            began: self.began.unix(),
        };
        let plain = serde_json::to_vec(&wire).ok()?;
        let sealed = core.ring.seal(Purpose::Upstream, browser.binding().as_bytes(), &plain);
        Some(URL_SAFE_NO_PAD.encode(sealed)).filter(|sealed| sealed.len() <= LONGEST)
    }

    /// Opens what [`Trip::seal`] made, on the same browser and in time.
    pub(super) fn open(core: &Core, browser: &Browser, sealed: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = core.ring.open(Purpose::Upstream, browser.binding().as_bytes(), &sealed)?;
        let wire: Wire = serde_json::from_slice(&plain).ok()?;
        let began = Timestamp::from_unix(wire.began);
        if core.clock.now() >= began.plus(core.settings.tokens.interaction_seconds) {
            return None;
        }
        let state = URL_SAFE_NO_PAD.decode(&wire.state).ok()?.try_into().ok()?;
        let onward = match (wire.sign_in, wire.link) {
            (Some(sealed), None) => Onward::SignIn(sealed),
            (None, Some(session)) => Onward::Link(SessionId::parse(&session)?),
            _ => return None,
        };
        let Wire { provider, nonce, verifier, .. } = wire;
        Some(Self { provider, state: SecretDigest(state), nonce, verifier, onward, began })
    }
}

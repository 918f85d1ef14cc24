//! What happens between `/authorize` and the code travels sealed in the page; nothing is stored.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

use super::browser::Browser;
use crate::{
    crypto::seal::Purpose,
    domain::{
        ids::SessionId,
        secret::SecretDigest,
        session::Session,
        time::{Seconds, Timestamp},
    },
    protocol::{params::Params, scope::Scope},
    services::{core::Core, sessions::SignedIn},
};

/// One authorization request on its way through login and consent.
#[derive(Clone, Debug)]
pub struct Interaction {
    pub params: Params,
    pub began: Timestamp,
    /// The session's secret when the request came: a fresh sign-in has another one.
    seen: Option<SecretDigest>,
    pub account: AccountChoice,
    /// The session whose user a consent page was shown to, and the scope that it showed.
    pub shown: Option<(SessionId, Scope)>,
}

/// Whether `prompt=select_account` has been answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccountChoice {
    Open,
    Made,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    query: String,
    began: i64,
    seen: Option<String>,
    account: AccountChoice,
    shown: Option<(String, String)>,
}

impl Interaction {
    pub fn new(params: Params, now: Timestamp, session: Option<&SignedIn>) -> Self {
        let seen = session.map(|signed_in| signed_in.session.secret);
        Self { params, began: now, seen, account: AccountChoice::Open, shown: None }
    }

    /// Whether the user has proved who they are since the request came. Seconds are too coarse to tell by
    /// `auth_time` alone: a sign-in replaces the session's secret, too.
    pub fn saw_login(&self, session: &Session) -> bool {
        session.auth_time >= self.began && self.seen != Some(session.secret)
    }

    /// For a hidden field of a page that goes to this browser.
    pub fn seal(&self, core: &Core, browser: &Browser) -> String {
        let wire = Wire {
            query: self.params.encode(),
            began: self.began.unix(),
            seen: self.seen.map(|digest| URL_SAFE_NO_PAD.encode(digest.0)),
            account: self.account,
            shown: self.shown.as_ref().map(|(id, scope)| (id.as_str().to_owned(), scope.to_string())),
        };
        let plain = serde_json::to_vec(&wire).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(core.ring.seal(Purpose::Interaction, browser.binding().as_bytes(), &plain))
    }

    /// Opens what [`Interaction::seal`] made, on the same browser and in time.
    pub fn open(core: &Core, browser: &Browser, sealed: &str) -> Option<Self> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let plain = core.ring.open(Purpose::Interaction, browser.binding().as_bytes(), &sealed)?;
        let wire: Wire = serde_json::from_slice(&plain).ok()?;
        let began = Timestamp::from_unix(wire.began);
        let lifetime: Seconds = core.settings.tokens.interaction_seconds;
        if core.clock.now() >= began.plus(lifetime) {
            return None;
        }
        Some(Self {
            params: Params::parse(wire.query.as_bytes()).ok()?,
            began,
            seen: wire.seen.and_then(|text| digest(&text)),
            account: wire.account,
            shown: wire.shown.and_then(|(id, scope)| Some((SessionId::parse(&id)?, Scope::parse(&scope)?))),
        })
    }
}

fn digest(text: &str) -> Option<SecretDigest> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    Some(SecretDigest(bytes.try_into().ok()?))
}

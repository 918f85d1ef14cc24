//! The relying party of the playground: walks the code flow against its own issuer, over HTTP. Development only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use self::{
    exchange::Exchange,
    tokens::{Checked, Tokens},
};
use super::{core::Core, oauth::browser::Browser};
use crate::crypto::seal::Purpose;

pub mod call;
pub mod exchange;
pub mod tokens;
pub mod trip;

/// The client that the playground is.
#[derive(Clone, Copy)]
pub struct Party<'a> {
    pub client_id: &'a str,
    pub client_secret: &'a str,
}

/// One walk so far. It travels sealed in the page; nothing is stored.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Run {
    /// Oldest first.
    pub exchanges: Vec<Exchange>,
    /// How many of them the last button made.
    pub latest: usize,
    code: Option<PendingCode>,
    pub tokens: Option<Tokens>,
    /// The text of `/jwks`, kept as a resource server keeps it.
    key_set: Option<String>,
}

/// A code, and what its redemption will need.
#[derive(Clone, Serialize, Deserialize)]
struct PendingCode {
    code: String,
    verifier: String,
    nonce: String,
}

/// What a seal holds: none passes for the other.
#[derive(Clone, Copy)]
enum Carried {
    Run,
    Trip,
}

/// A sealed run has to fit into a form body; what happened first is forgotten first.
const LONGEST_RUN: usize = 36 * 1024;

impl Run {
    /// Whether a code waits to be exchanged.
    pub fn has_code(&self) -> bool {
        self.code.is_some()
    }

    pub fn id_token(&self) -> Option<&Checked> {
        self.tokens.as_ref()?.id.as_ref()
    }

    /// For a hidden field of a page that goes to this browser.
    pub fn seal(mut self, core: &Core, browser: &Browser) -> String {
        loop {
            let plain = serde_json::to_vec(&self).unwrap_or_default();
            if plain.len() <= LONGEST_RUN || self.exchanges.is_empty() {
                return seal(core, browser, Carried::Run, &plain);
            }
            self.exchanges.remove(0);
        }
    }

    /// Opens what [`Run::seal`] made, on the same browser.
    pub fn open(core: &Core, browser: &Browser, sealed: &str) -> Option<Self> {
        open(core, browser, Carried::Run, sealed)
    }

    fn record(&mut self, exchanges: Vec<Exchange>) {
        self.latest = exchanges.len();
        self.exchanges.extend(exchanges);
    }
}

impl Carried {
    fn context(self, browser: &Browser) -> Vec<u8> {
        let label = match self {
            Self::Run => "run",
            Self::Trip => "trip",
        };
        format!("{label} {}", browser.binding()).into_bytes()
    }
}

fn seal(core: &Core, browser: &Browser, what: Carried, plain: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(core.ring.seal(Purpose::Playground, &what.context(browser), plain))
}

fn open<T: DeserializeOwned>(core: &Core, browser: &Browser, what: Carried, sealed: &str) -> Option<T> {
    let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    serde_json::from_slice(&core.ring.open(Purpose::Playground, &what.context(browser), &sealed)?).ok()
}

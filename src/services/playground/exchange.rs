//! One request of the relying party and its answer, kept as they went over the wire.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::Party;
use crate::outbound::loopback;

/// Both sides of one exchange.
#[derive(Clone, Serialize, Deserialize)]
pub struct Exchange {
    pub what: What,
    pub request: Sent,
    pub answer: Answer,
}

/// Which exchange it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum What {
    Authorization,
    Token,
    KeySet,
    Userinfo,
    Refresh,
    Introspection,
    Revocation,
    Logout,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Sent {
    pub method: Method,
    /// Without its query.
    pub url: String,
    pub headers: Vec<(String, String)>,
    /// The query of a GET, the form of a POST; decoded.
    pub params: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Method {
    Get,
    Post,
}

#[derive(Clone, Serialize, Deserialize)]
pub enum Answer {
    Http {
        status: u16,
        /// Those that matter to a client.
        headers: Vec<(String, String)>,
        body: String,
    },
    /// The browser came back.
    Redirect { url: String, params: Vec<(String, String)> },
    /// None came, for this reason.
    Nothing(String),
}

/// The headers of an answer that a client's developer looks for.
const SHOWN: &[&str] = &["cache-control", "content-type", "retry-after", "www-authenticate", "x-request-id"];

impl Sent {
    /// What the browser is sent to, by redirect.
    pub(super) fn by_browser(url: String, params: &[(&str, &str)]) -> Self {
        Self { method: Method::Get, url, headers: vec![], params: owned(params) }
    }

    pub(super) fn get(url: String) -> Self {
        Self { method: Method::Get, url, headers: vec![accepts_json()], params: vec![] }
    }

    /// RFC 6750 §2.1.
    pub(super) fn get_with_token(url: String, token: &str) -> Self {
        let bearer = ("authorization".to_owned(), format!("Bearer {token}"));
        Self { headers: vec![bearer, accepts_json()], ..Self::get(url) }
    }

    /// A form of the client, which proves who it is by its secret.
    pub(super) fn post(url: String, party: Party<'_>, params: &[(&str, &str)]) -> Self {
        let form_type = ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned());
        let headers = vec![("authorization".to_owned(), basic(party)), form_type, accepts_json()];
        Self { method: Method::Post, url, headers, params: owned(params) }
    }

    /// The URL with its query.
    pub(super) fn location(&self) -> String {
        format!("{}?{}", self.url, self.encoded())
    }

    /// Sends it, and keeps what comes back.
    pub(super) async fn exchange(self, what: What) -> Exchange {
        let answer = match self.method {
            Method::Get => loopback::get(&self.url, &self.headers).await,
            Method::Post => loopback::post(&self.url, &self.headers, self.encoded()).await,
        };
        let answer = match answer {
            Ok(came) => Answer::Http {
                status: came.status,
                headers: came.headers.into_iter().filter(|(name, _)| SHOWN.contains(&name.as_str())).collect(),
                body: String::from_utf8_lossy(&came.body).into_owned(),
            },
            Err(reason) => Answer::Nothing(reason.to_string()),
        };
        Exchange { what, request: self, answer }
    }

    fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.params).finish()
    }
}

impl Exchange {
    /// The body of a success.
    pub(super) fn body(&self) -> Option<&str> {
        match &self.answer {
            Answer::Http { status: 200, body, .. } => Some(body),
            Answer::Http { .. } | Answer::Redirect { .. } | Answer::Nothing(_) => None,
        }
    }
}

fn owned(params: &[(&str, &str)]) -> Vec<(String, String)> {
    params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn accepts_json() -> (String, String) {
    ("accept".to_owned(), "application/json".to_owned())
}

/// RFC 6749 §2.3.1: both are form-encoded before they are joined.
fn basic(party: Party<'_>) -> String {
    let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(party.client_id), encoded(party.client_secret));
    format!("Basic {}", STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6749 §2.3.1.
    #[test]
    fn id_and_secret_are_form_encoded_before_they_are_joined() {
        let header = basic(Party { client_id: "a:b", client_secret: "c d+" });
        assert_eq!(header, format!("Basic {}", STANDARD.encode("a%3Ab:c+d%2B")));
    }
}

//! What came back, and what a test expects of it.

use reqwest::header::HeaderMap;
use serde_json::Value;
use url::Url;

use super::page::{self, Form};

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// The members of a token answer.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) id_token: Option<String>,
    pub(crate) expires_in: i64,
    pub(crate) scope: Option<String>,
    pub(crate) json: Value,
}

impl Answer {
    pub(super) async fn read(response: reqwest::Response) -> Self {
        let (status, url) = (response.status().as_u16(), response.url().clone());
        let headers = response.headers().clone();
        let body = response.bytes().await.unwrap().to_vec();
        Self { status, url, headers, body }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("a body in UTF-8")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Where a redirect leads, as an absolute address.
    pub(crate) fn location(&self) -> Option<Url> {
        self.header("location").map(|text| self.url.join(text).unwrap())
    }

    /// A parameter of the redirect's query.
    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        let location = self.location()?;
        let found: Vec<_> = location.query_pairs().filter(|(key, _)| key == name).collect();
        assert!(found.len() < 2, "{name} is given twice: {location}");
        found.first().map(|(_, value)| value.to_string())
    }

    pub(crate) fn forms(&self) -> Vec<Form> {
        page::forms(self.text())
    }

    #[track_caller]
    pub(crate) fn expect_status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{} {}", self.url, String::from_utf8_lossy(&self.body));
        self
    }

    /// RFC 6749 §5.1: JSON that no cache keeps.
    #[track_caller]
    pub(crate) fn expect_tokens(&self) -> Tokens {
        self.expect_status(200).expect_private_json();
        let json = self.json();
        assert_eq!(json["token_type"], "Bearer", "{json}");
        let text = |name: &str| json[name].as_str().map(str::to_owned);
        Tokens {
            access_token: text("access_token").expect("an access token"),
            refresh_token: text("refresh_token"),
            id_token: text("id_token"),
            expires_in: json["expires_in"].as_i64().expect("expires_in"),
            scope: text("scope"),
            json,
        }
    }

    /// RFC 6749 §5.2: the error's own status, in JSON that no cache keeps, described in the characters allowed.
    #[track_caller]
    pub(crate) fn expect_refusal(&self, error: &str) -> &Self {
        let status = match error {
            "invalid_client" | "invalid_token" => 401,
            "insufficient_scope" => 403,
            _ => 400,
        };
        assert_eq!((self.status, self.json()["error"].as_str()), (status, Some(error)), "{}", self.text());
        self.expect_private_json();
        let json = self.json();
        let described = json["error_description"].as_str().expect("a description");
        assert!(described.chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\'), "{described}");
        if error == "invalid_client" {
            assert!(self.header("www-authenticate").is_some_and(|value| value.starts_with("Basic ")), "{self:?}");
        }
        self
    }

    #[track_caller]
    pub(crate) fn expect_private_json(&self) -> &Self {
        let content_type = self.header("content-type").unwrap_or_default();
        assert!(content_type.starts_with("application/json"), "{content_type}: {}", self.text());
        assert_eq!(self.header("cache-control"), Some("no-store"));
        self
    }
}

impl Tokens {
    /// The refresh token that must be there.
    #[track_caller]
    pub(crate) fn refresh(&self) -> &str {
        self.refresh_token.as_deref().expect("a refresh token")
    }

    #[track_caller]
    pub(crate) fn id(&self) -> &str {
        self.id_token.as_deref().expect("an ID token")
    }
}

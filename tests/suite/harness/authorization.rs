//! An authorization request of a client, and the code that it brings.

use std::pin::Pin;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use signet::crypto::random;
use url::form_urlencoded::Serializer;

use super::{Answer, Browser, TestClient};

/// A request that is sent by awaiting it.
#[derive(Clone)]
pub(crate) struct Authorization {
    browser: Browser,
    parameters: Vec<(String, String)>,
    verifier: Option<String>,
}

/// A request that was sent: what the browser shows now, and what the client remembers.
pub(crate) struct Asked {
    pub(crate) answer: Answer,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    redirect_uri: Option<String>,
    verifier: Option<String>,
    issuer: String,
}

/// A code and what its redemption needs.
#[derive(Clone, Debug)]
pub(crate) struct Code {
    pub(crate) value: String,
    /// `None` where the request named none.
    pub(crate) redirect_uri: Option<String>,
    pub(crate) verifier: Option<String>,
    pub(crate) nonce: Option<String>,
}

impl Authorization {
    /// Everything that a careful client sends: PKCE, `state` and, with `openid`, a `nonce`.
    pub(super) fn new(client: &TestClient, browser: &Browser) -> Self {
        let verifier = random::token().reveal().clone();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let empty = Self { browser: browser.clone(), parameters: Vec::new(), verifier: Some(verifier) };
        let request = empty
            .with("response_type", "code")
            .with("client_id", &client.id)
            .with("redirect_uri", &client.redirect_uri)
            .with("scope", &client.scope)
            .with("state", random::token().reveal())
            .with("code_challenge", &challenge)
            .with("code_challenge_method", "S256");
        if client.scope.split(' ').any(|scope| scope == "openid") {
            request.with("nonce", random::token().reveal())
        } else {
            request
        }
    }

    /// Sets a parameter; one of that name is replaced.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        let mut request = self;
        request.parameters.retain(|(given, _)| given != name);
        request.and(name, value)
    }

    /// Adds a parameter, a second time too.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.parameters.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.parameters.retain(|(given, _)| given != name);
        self
    }

    pub(crate) fn without_pkce(mut self) -> Self {
        self.verifier = None;
        self.without("code_challenge").without("code_challenge_method")
    }

    /// The address that the application sends the browser to.
    pub(crate) fn address(&self) -> String {
        format!("{}/authorize?{}", self.browser.site.base, self.query())
    }

    /// The parameters as text: the body of a POST.
    pub(crate) fn query(&self) -> String {
        Serializer::new(String::new()).extend_pairs(&self.parameters).finish()
    }

    fn value(&self, name: &str) -> Option<String> {
        self.parameters.iter().find(|(given, _)| given == name).map(|(_, value)| value.clone())
    }

    async fn send(self) -> Asked {
        let answer = self.browser.get(&self.address()).await;
        Asked {
            answer,
            state: self.value("state"),
            nonce: self.value("nonce"),
            redirect_uri: self.value("redirect_uri"),
            issuer: self.browser.site.issuer.clone(),
            verifier: self.verifier,
        }
    }
}

impl IntoFuture for Authorization {
    type Output = Asked;
    type IntoFuture = Pin<Box<dyn Future<Output = Asked> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

impl Asked {
    /// The code that came back at once.
    #[track_caller]
    pub(crate) fn expect_code(&self) -> Code {
        self.code(&self.answer)
    }

    /// The code of an answer to this request, checked as a client should (RFC 6749 §10.12, RFC 9207 §2.4).
    #[track_caller]
    pub(crate) fn code(&self, answer: &Answer) -> Code {
        let value = answer.parameter("code").unwrap_or_else(|| panic!("no code: {answer:?} {}", answer.text()));
        self.is_for_us(answer);
        let (redirect_uri, verifier, nonce) = (self.redirect_uri.clone(), self.verifier.clone(), self.nonce.clone());
        Code { value, redirect_uri, verifier, nonce }
    }

    /// The client was told this error, at its redirect URI.
    #[track_caller]
    pub(crate) fn expect_error(&self, error: &str) {
        self.error(&self.answer, error);
    }

    /// The same of a later answer to this request.
    #[track_caller]
    pub(crate) fn error(&self, answer: &Answer, error: &str) {
        assert_eq!(answer.parameter("error").as_deref(), Some(error), "{answer:?} {}", answer.text());
        assert_eq!(answer.parameter("code"), None);
        self.is_for_us(answer);
    }

    /// The error stayed on our own page.
    #[track_caller]
    pub(crate) fn expect_page(&self, status: u16) -> &Answer {
        assert_eq!(self.answer.location(), None);
        self.answer.expect_status(status)
    }

    #[track_caller]
    fn is_for_us(&self, answer: &Answer) {
        assert_eq!(answer.status, 303);
        let location = answer.location().unwrap();
        if let Some(uri) = &self.redirect_uri {
            assert!(location.as_str().starts_with(uri.as_str()), "{location} is not {uri}");
        }
        assert_eq!(answer.parameter("state"), self.state);
        assert_eq!(answer.parameter("iss").as_deref(), Some(self.issuer.as_str()));
    }
}

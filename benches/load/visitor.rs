//! One user with a browser, and the application that this user has come from.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use url::{Url, form_urlencoded};

use crate::{
    Attempt,
    browser::{Browser, End, excerpt},
    http::{Request, Response},
    site::{CALLBACK, SCOPE, Site, User, random},
};

pub(crate) struct Visitor<'a> {
    pub(crate) site: &'a Site,
    browser: Browser,
}

pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl<'a> Visitor<'a> {
    pub(crate) fn new(site: &'a Site) -> Self {
        Self { site, browser: Browser::new(&site.origin) }
    }

    /// Through the pages, as a person would: sign in, then allow.
    pub(crate) fn sign_in(&mut self, user: &User) -> Attempt<()> {
        let login = self.browser.open(&self.authorization(&random::<18>(), &challenge(&random::<32>())), CALLBACK)?;
        let values = [("email", user.email.as_str()), ("password", user.password.as_str())];
        let mut end = self.browser.submit(&login, &values, CALLBACK)?;
        if let End::Page { .. } = end {
            end = self.browser.submit(&end, &[("decision", "allow")], CALLBACK)?;
        }
        match end {
            End::Callback(_) => Ok(()),
            End::Page { at, html } => Err(format!("consent ended on a page, {at}: {}", excerpt(&html))),
        }
    }

    /// `/authorize` with the session that is there, and the code at `/token`.
    pub(crate) fn code_flow(&mut self) -> Attempt<Tokens> {
        let (state, verifier) = (random::<18>(), random::<32>());
        let at = match self.browser.open(&self.authorization(&state, &challenge(&verifier)), CALLBACK)? {
            End::Callback(at) => at,
            End::Page { at, html } => return Err(format!("/authorize ended on a page, {at}: {}", excerpt(&html))),
        };
        if answer(&at, "state").as_deref() != Some(&state) {
            return Err(format!("wrong state in {at}"));
        }
        let code = answer(&at, "code").ok_or_else(|| format!("no code in {at}"))?;
        self.redeem(&[
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", &verifier),
        ])
    }

    /// Spends a refresh token; the answer must carry another one.
    pub(crate) fn refresh(&mut self, spent: &str) -> Attempt<Tokens> {
        let tokens = self.redeem(&[("grant_type", "refresh_token"), ("refresh_token", spent)])?;
        if tokens.refresh == spent { Err("the refresh token was not rotated".into()) } else { Ok(tokens) }
    }

    /// One request of the application, with status 200.
    pub(crate) fn send(&mut self, request: &Request<'_>) -> Attempt<Response> {
        let response = self.browser.connection().send(request)?;
        if response.status == 200 {
            return Ok(response);
        }
        Err(format!("{} {}: {} {}", request.method, request.target, response.status, excerpt(&response.text())))
    }

    fn redeem(&mut self, fields: &[(&str, &str)]) -> Attempt<Tokens> {
        let (headers, body) = (self.site.application.basic(), form(fields));
        let request = Request { method: "POST", target: "/token", headers: &headers, form: Some(&body) };
        let response = self.send(&request)?;
        let answer: Value = serde_json::from_slice(&response.body).map_err(|reason| format!("/token: {reason}"))?;
        let member = |name: &str| {
            let text = answer.get(name).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(|| format!("/token: no {name} in {}", excerpt(&response.text())))
        };
        member("id_token")?;
        Ok(Tokens { access: member("access_token")?, refresh: member("refresh_token")? })
    }

    fn authorization(&self, state: &str, challenge: &str) -> String {
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.site.application.id),
            ("redirect_uri", CALLBACK),
            ("scope", SCOPE),
            ("state", state),
            ("nonce", &random::<18>()),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256"),
        ]);
        format!("/authorize?{query}")
    }
}

/// `application/x-www-form-urlencoded`.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// RFC 7636 §4.2.
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

fn answer(at: &Url, name: &str) -> Option<String> {
    at.query_pairs().find(|(given, _)| given == name).map(|(_, value)| value.into_owned())
}

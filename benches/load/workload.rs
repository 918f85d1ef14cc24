//! What is measured: one operation of each kind, and what it may cost.

use clap::ValueEnum;

use crate::{
    Attempt,
    browser::excerpt,
    http::Request,
    site::Site,
    visitor::{Visitor, form},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Workload {
    /// GET the discovery document
    Discovery,
    /// GET the key set
    Jwks,
    /// A token for a service
    ClientCredentials,
    /// An API asks about an active token
    Introspect,
    /// A refresh token is spent and another comes back, with access and ID token
    Refresh,
    /// /authorize with a session, then /token with PKCE
    CodeFlow,
    /// GET the claims of a user
    Userinfo,
}

/// One virtual user, ready to repeat one operation.
pub(crate) struct Operation<'v, 's> {
    visitor: &'v mut Visitor<'s>,
    work: Work,
}

enum Work {
    /// The same request over and over; the answer must hold these words.
    Repeat {
        target: &'static str,
        headers: String,
        form: Option<String>,
        words: &'static str,
    },
    CodeFlow,
    /// The next operation spends what this one gets; `None` when a chain has broken.
    Refresh {
        token: Option<String>,
    },
}

impl Workload {
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        Self::value_variants().iter().copied()
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::ClientCredentials => "client_credentials",
            Self::Introspect => "introspect",
            Self::Refresh => "refresh",
            Self::CodeFlow => "code_flow",
            Self::Userinfo => "userinfo",
        }
    }

    /// The most that it may cost, in signatures.
    pub(crate) const fn target(self) -> Option<f64> {
        match self {
            Self::Discovery | Self::Jwks => Some(0.07),
            Self::ClientCredentials => Some(1.20),
            Self::Introspect => Some(0.30),
            Self::Refresh => Some(2.45),
            Self::CodeFlow => Some(2.60),
            Self::Userinfo => None,
        }
    }

    pub(crate) fn prepare<'v, 's>(self, visitor: &'v mut Visitor<'s>) -> Attempt<Operation<'v, 's>> {
        let site = visitor.site;
        let work = match self {
            Self::Discovery => get("/.well-known/openid-configuration", String::new(), "\"issuer\""),
            Self::Jwks => get("/jwks", String::new(), "\"keys\""),
            Self::ClientCredentials => service_token(site),
            Self::Introspect => introspection(visitor)?,
            Self::Refresh => Work::Refresh { token: Some(visitor.code_flow()?.refresh) },
            Self::CodeFlow => Work::CodeFlow,
            Self::Userinfo => {
                let token = visitor.code_flow()?.access;
                get("/userinfo", format!("Authorization: Bearer {token}\r\n"), "\"sub\"")
            }
        };
        Ok(Operation { visitor, work })
    }
}

impl Operation<'_, '_> {
    /// A wrong answer is an error, never an operation.
    pub(crate) fn once(&mut self) -> Attempt<()> {
        match &mut self.work {
            Work::CodeFlow => self.visitor.code_flow().map(drop),
            Work::Refresh { token } => {
                let spent = token.take().ok_or("the chain of refresh tokens is broken")?;
                *token = Some(self.visitor.refresh(&spent)?.refresh);
                Ok(())
            }
            Work::Repeat { target, headers, form, words } => {
                let method = if form.is_some() { "POST" } else { "GET" };
                let response = self.visitor.send(&Request { method, target, headers, form: form.as_deref() })?;
                if response.says(words) { Ok(()) } else { Err(format!("{target}: {}", excerpt(&response.text()))) }
            }
        }
    }

    pub(crate) fn is_broken(&self) -> bool {
        matches!(self.work, Work::Refresh { token: None })
    }
}

fn get(target: &'static str, headers: String, words: &'static str) -> Work {
    Work::Repeat { target, headers, form: None, words }
}

fn service_token(site: &Site) -> Work {
    let fields = [("grant_type", "client_credentials"), ("scope", &site.scope), ("resource", &site.resource)];
    let form = Some(form(&fields));
    Work::Repeat { target: "/token", headers: site.service.basic(), form, words: "\"access_token\"" }
}

/// One active token, asked about by the API that it is meant for.
fn introspection(visitor: &mut Visitor<'_>) -> Attempt<Work> {
    let site = visitor.site;
    let Work::Repeat { target, headers, form: fields, .. } = service_token(site) else { return Err("no token".into()) };
    let response = visitor.send(&Request { method: "POST", target, headers: &headers, form: fields.as_deref() })?;
    let answer: serde_json::Value = serde_json::from_slice(&response.body).map_err(|reason| reason.to_string())?;
    let token = answer.get("access_token").and_then(|token| token.as_str()).ok_or("no access_token")?;
    let form = Some(form(&[("token", token)]));
    Ok(Work::Repeat { target: "/introspect", headers: site.api.basic(), form, words: "\"active\":true" })
}

//! What an application needs to be connected, ready to be copied.

use serde_json::Value;
use url::form_urlencoded::byte_serialize;

use crate::domain::client::{Client, ClientKind};
use crate::protocol::token::GrantType;

/// Stands where the secret goes that nobody can show any more.
const UNKNOWN: &str = "YOUR_CLIENT_SECRET";

/// A text to copy, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Snippet {
    pub(super) title: &'static str,
    pub(super) text: String,
}

/// What the snippets are made of.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a Client,
    pub(super) secret: Option<&'a str>,
}

pub(super) fn of(subject: Subject<'_>) -> Vec<Snippet> {
    let client = subject.client;
    let mut snippets = vec![Snippet { title: "Settings (.env)", text: subject.environment() }];
    if client.may_use(GrantType::AuthorizationCode) {
        snippets.push(Snippet { title: "Try the sign-in (open it in a browser)", text: subject.authorize() });
        snippets.push(Snippet { title: "Redeem the code of that sign-in (curl)", text: subject.redeem() });
        snippets.push(Snippet { title: "Node, openid-client", text: subject.node() });
        snippets.push(Snippet { title: "Spring Boot, application.yaml", text: subject.spring("authorization_code") });
    } else if client.may_use(GrantType::ClientCredentials) && client.resource_server.is_empty() {
        snippets.push(Snippet { title: "Ask for a token (curl)", text: subject.token() });
        snippets.push(Snippet { title: "Spring Boot, application.yaml", text: subject.spring("client_credentials") });
    }
    if !client.resource_server.is_empty() {
        snippets.push(Snippet { title: "Check a token (curl)", text: subject.introspection() });
    }
    snippets
}

impl Subject<'_> {
    fn id(&self) -> &str {
        self.client.id.as_str()
    }

    fn keeps_secret(&self) -> bool {
        self.client.kind == ClientKind::Confidential
    }

    fn secret(&self) -> &str {
        self.secret.unwrap_or(UNKNOWN)
    }

    fn redirect_uri(&self) -> Option<&str> {
        self.client.redirect_uris.first().map(String::as_str)
    }

    fn environment(&self) -> String {
        let mut lines = vec![("OIDC_ISSUER", self.issuer), ("OIDC_CLIENT_ID", self.id())];
        if self.keeps_secret() {
            lines.push(("OIDC_CLIENT_SECRET", self.secret()));
        }
        lines.extend(self.redirect_uri().map(|uri| ("OIDC_REDIRECT_URI", uri)));
        lines.iter().map(|(name, value)| format!("{name}={}", shell(value))).collect::<Vec<_>>().join("\n")
    }

    /// With the challenge of RFC 7636 appendix B, whose verifier is no secret: a trial, nothing to keep.
    fn authorize(&self) -> String {
        let scope = self.client.scope.to_string();
        let params = [
            ("response_type", "code"),
            ("client_id", self.id()),
            ("redirect_uri", self.redirect_uri().unwrap_or_default()),
            ("scope", &scope),
            ("state", "anything"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
        ];
        let query: Vec<_> = params.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        format!("{}/authorize?{}", self.issuer, query.join("&"))
    }

    /// RFC 6749 §2.3.1: both halves are form-encoded.
    fn credentials(&self) -> String {
        shell(&format!("{}:{}", encoded(self.id()), encoded(self.secret())))
    }

    fn redeem(&self) -> String {
        let who = if self.keeps_secret() {
            format!("-u {}", self.credentials())
        } else {
            format!("-d {}", shell(&format!("client_id={}", encoded(self.id()))))
        };
        let redirect = format!("redirect_uri={}", encoded(self.redirect_uri().unwrap_or_default()));
        format!(
            "curl {who} {} \\\n  -d grant_type=authorization_code -d code=THE_CODE \\\n  -d {} \\\n  \
             -d code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
            shell(&format!("{}/token", self.issuer)),
            shell(&redirect)
        )
    }

    fn token(&self) -> String {
        let scope = self.client.scope.to_string();
        let asked =
            if scope.is_empty() { String::new() } else { format!(" \\\n  -d {}", shell(&format!("scope={scope}"))) };
        format!(
            "curl -u {} {} \\\n  -d grant_type=client_credentials{asked}",
            self.credentials(),
            shell(&format!("{}/token", self.issuer))
        )
    }

    fn introspection(&self) -> String {
        let url = shell(&format!("{}/introspect", self.issuer));
        format!("curl -u {} {url} \\\n  -d token=THE_ACCESS_TOKEN", self.credentials())
    }

    fn node(&self) -> String {
        let mut proof = if self.keeps_secret() { quoted(self.secret()) } else { "undefined, client.None()".to_owned() };
        if self.issuer.starts_with("http:") {
            // The library speaks to https only, unless it is told so.
            let before = if self.keeps_secret() { ", undefined" } else { "" };
            proof = format!("{proof}{before}, {{\n  execute: [client.allowInsecureRequests],\n}}");
        }
        let (issuer, id) = (quoted(self.issuer), quoted(self.id()));
        let (redirect, scope) =
            (quoted(self.redirect_uri().unwrap_or_default()), quoted(&self.client.scope.to_string()));
        format!(
            "import * as client from \"openid-client\";

const config = await client.discovery(new URL({issuer}), {id}, {proof});
const code_verifier = client.randomPKCECodeVerifier(); // keep both in the session
const state = client.randomState();
const url = client.buildAuthorizationUrl(config, {{
  redirect_uri: {redirect},
  scope: {scope},
  code_challenge: await client.calculatePKCECodeChallenge(code_verifier),
  code_challenge_method: \"S256\",
  state,
}});

// At the redirect URI:
const tokens = await client.authorizationCodeGrant(config, new URL(request.url), {{
  pkceCodeVerifier: code_verifier,
  expectedState: state,
}});"
        )
    }

    fn spring(&self, grant: &str) -> String {
        let proof = if self.keeps_secret() {
            format!("            client-secret: {}\n", quoted(self.secret()))
        } else {
            "            client-authentication-method: none\n".to_owned()
        };
        let redirect = self.redirect_uri().map(|uri| format!("            redirect-uri: {}\n", quoted(uri)));
        let redirect = redirect.unwrap_or_default();
        let scope = self.client.scope.iter().map(quoted).collect::<Vec<_>>().join(", ");
        format!(
            "spring:
  security:
    oauth2:
      client:
        registration:
          signet:
            client-id: {}
{proof}            authorization-grant-type: {grant}
{redirect}            scope: [{scope}]
        provider:
          signet:
            issuer-uri: {}
",
            quoted(self.id()),
            quoted(self.issuer)
        )
    }
}

/// A string of JSON is one of JavaScript and of YAML, too.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// As it is where no shell would read it otherwise; else in single quotes.
fn shell(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/@%+=,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

fn encoded(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_id_breaks_out_of_a_snippet() {
        assert_eq!(shell("a'; rm -rf ~ #"), "'a'\\''; rm -rf ~ #'");
        assert_eq!(shell("https://id.example/token"), "https://id.example/token");
        assert_eq!(quoted("a\"b"), "\"a\\\"b\"");
    }
}

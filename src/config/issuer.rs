//! The issuer: the address by which the world knows this server.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// An https address, or an http one on a loopback host; it may have a path, and never ends in a slash
/// (OpenID Connect Discovery §3, RFC 8414 §2). Clients compare it as text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer {
    text: String,
    origin: String,
    path: String,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadIssuer {
    #[error("must be an absolute address such as https://login.example.com")]
    NotAnAddress,
    #[error("must begin with https:// (http:// only on localhost, 127.0.0.1 or [::1])")]
    NotHttps,
    #[error("must have no query, fragment, user name or password")]
    ExtraParts,
    #[error("must have a path of letters, digits and - . _ ~ only")]
    UnusualPath,
    #[error("must be written as {0}")]
    NotNormal(String),
}

impl Issuer {
    pub fn parse(text: &str) -> Result<Self, BadIssuer> {
        let text = text.trim_end_matches('/');
        let url = Url::parse(text).map_err(|_reason| BadIssuer::NotAnAddress)?;
        let loopback = is_loopback(&url.host().ok_or(BadIssuer::NotAnAddress)?);
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            return Err(BadIssuer::NotHttps);
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(BadIssuer::ExtraParts);
        }
        let path = url.path().trim_end_matches('/');
        let plain = |segment: &str| {
            !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
        };
        if !path.is_empty() && !path.split('/').skip(1).all(plain) {
            return Err(BadIssuer::UnusualPath);
        }
        let normal = url.as_str().trim_end_matches('/');
        if normal != text {
            return Err(BadIssuer::NotNormal(normal.to_owned()));
        }
        Ok(Self { origin: url.origin().ascii_serialization(), path: path.to_owned(), text: normal.to_owned() })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `""` or `/auth`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// `https://login.example.com`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// `login.example.com`, without a port.
    pub fn host(&self) -> &str {
        let authority = self.origin.split_once("://").map_or("", |(_, authority)| authority);
        let port = authority.rfind(':').filter(|at| !authority.get(*at..).unwrap_or_default().contains(']'));
        port.and_then(|at| authority.get(..at)).unwrap_or(authority)
    }

    /// The address of one of our own paths: `url("/token")`.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Plain http on this machine: cookies go without `Secure` and `__Host-`.
    pub fn is_plain_loopback(&self) -> bool {
        self.text.starts_with("http:")
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

impl Default for Issuer {
    fn default() -> Self {
        let origin = "http://127.0.0.1:8080";
        Self { text: origin.to_owned(), origin: origin.to_owned(), path: String::new() }
    }
}

impl TryFrom<String> for Issuer {
    type Error = BadIssuer;

    fn try_from(text: String) -> Result<Self, BadIssuer> {
        Self::parse(&text)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.text
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_may_have_a_path_and_keeps_no_trailing_slash() {
        let issuer = Issuer::parse("https://login.example.com/auth/").unwrap();
        assert_eq!(issuer.as_str(), "https://login.example.com/auth");
        assert_eq!((issuer.origin(), issuer.path()), ("https://login.example.com", "/auth"));
        assert_eq!(issuer.url("/token"), "https://login.example.com/auth/token");

        let bare = Issuer::parse("https://login.example.com:8443/").unwrap();
        assert_eq!((bare.origin(), bare.path()), ("https://login.example.com:8443", ""));
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for text in ["http://localhost:8080", "http://127.0.0.1:9000", "http://[::1]:8080/auth"] {
            assert!(Issuer::parse(text).unwrap().is_plain_loopback(), "{text}");
        }
        for text in ["http://login.example.com", "http://localhost.example.com", "http://10.0.0.1", "ftp://localhost"] {
            assert_eq!(Issuer::parse(text), Err(BadIssuer::NotHttps), "{text}");
        }
        assert!(!Issuer::parse("https://localhost:8443").unwrap().is_plain_loopback());
    }

    #[test]
    fn an_issuer_has_one_spelling() {
        for text in ["https://Login.example.com", "https://login.example.com:443", "https://a.example/x/../y"] {
            assert!(matches!(Issuer::parse(text), Err(BadIssuer::NotNormal(_))), "{text}");
        }
    }

    /// RFC 8414 §2: no query or fragment components.
    #[test]
    fn an_issuer_has_no_query_or_fragment() {
        for text in ["https://a.example?x=1", "https://a.example/#x", "https://me@a.example", "https://a.example/p?"] {
            assert_eq!(Issuer::parse(text), Err(BadIssuer::ExtraParts), "{text}");
        }
        assert_eq!(Issuer::parse("https://a.example/a%20b"), Err(BadIssuer::UnusualPath));
        assert_eq!(Issuer::parse("https://a.example/a//b"), Err(BadIssuer::UnusualPath));
        assert_eq!(Issuer::parse("login.example.com"), Err(BadIssuer::NotAnAddress));
    }

    #[test]
    fn the_default_is_what_parsing_would_make_of_it() {
        assert_eq!(Issuer::parse(Issuer::default().as_str()), Ok(Issuer::default()));
    }
}

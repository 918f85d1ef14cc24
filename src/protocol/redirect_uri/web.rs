//! An http or https URI in its pieces, read so that no other reader finds other pieces.

use std::num::NonZeroU16;

use url::Host;

use super::Unfit;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum WebScheme {
    Http,
    Https,
}

impl WebScheme {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    pub(super) const fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// An http or https URI in pieces of its own text.
pub(super) struct Web<'a> {
    pub(super) scheme: WebScheme,
    pub(super) host: &'a str,
    pub(super) port: Option<NonZeroU16>,
    /// From the end of the authority on.
    pub(super) rest: &'a str,
}

impl<'a> Web<'a> {
    /// None where the scheme is neither http nor https. A host passes only in the one spelling that every reader agrees on.
    pub(super) fn parse(uri: &'a str) -> Result<Option<Self>, Unfit> {
        let (scheme, after) = match (uri.strip_prefix("https://"), uri.strip_prefix("http://")) {
            (Some(after), _) => (WebScheme::Https, after),
            (_, Some(after)) => (WebScheme::Http, after),
            _ => return Ok(None),
        };
        let end = after.find(['/', '?', '#']).unwrap_or(after.len());
        let (authority, rest) = after.split_at_checked(end).ok_or(Unfit::Host)?;
        if authority.contains('@') {
            return Err(Unfit::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        match Host::parse(host) {
            Ok(read) if read.to_string() == host && is_fit_for_a_policy(host) => {
                Ok(Some(Self { scheme, host, port, rest }))
            }
            _ => Err(Unfit::Host),
        }
    }

    pub(super) fn is_loopback(&self) -> bool {
        self.is_loopback_literal() || self.host == "localhost"
    }

    pub(super) fn is_loopback_literal(&self) -> bool {
        matches!(self.host, "127.0.0.1" | "[::1]")
    }
}

/// An IP literal, or letters, digits and hyphens between dots (CSP Level 3 §2.3.1, `host-source`): a browser would leave a
/// source out that is neither, and block the sign-in; `;` and `,` would begin something else.
fn is_fit_for_a_policy(host: &str) -> bool {
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    host.starts_with('[') || host.split('.').all(is_label)
}

fn split_port(authority: &str) -> Result<(&str, Option<NonZeroU16>), Unfit> {
    let colon = match authority.rfind(']') {
        Some(bracket) => authority.get(bracket..).and_then(|tail| tail.find(':')).map(|offset| bracket + offset),
        None => authority.find(':'),
    };
    let Some((host, digits)) = colon.and_then(|at| authority.split_at_checked(at)) else {
        return Ok((authority, None));
    };
    // As text again: `:+80`, `:0080` and `::80` are ports to some readers only.
    let port = digits.strip_prefix(':').and_then(|digits| digits.parse::<NonZeroU16>().ok());
    match port {
        Some(port) if format!(":{port}") == digits => Ok((host, Some(port))),
        _ => Err(Unfit::Port),
    }
}

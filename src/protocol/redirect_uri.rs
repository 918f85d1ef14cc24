//! Redirect URIs: what may be registered, and when a requested one is a registered one. RFC 8252 §7, RFC 9700 §2.1.

use std::{fmt, net::Ipv4Addr, net::Ipv6Addr};

use url::{Host, Url};

/// Why a URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    NotAbsolute,
    Characters,
    TooLong,
    Fragment,
    UserInfo,
    PlainHttp,
    Scheme,
    Wildcard,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "it is not an absolute URI",
            Self::Characters => "it has characters other than printable ASCII, or a backslash",
            Self::TooLong => "it is longer than 2048 bytes",
            Self::Fragment => "it has a fragment (RFC 6749 §3.1.2)",
            Self::UserInfo => "it has a user name or a password",
            Self::PlainHttp => "http is only for loopback: 127.0.0.1, [::1] or localhost (RFC 8252 §7.3)",
            Self::Scheme => "a scheme of your own must be a reversed domain name, like com.example.app (RFC 8252 §7.1)",
            Self::Wildcard => "it has a wildcard: redirect URIs are compared as text",
        })
    }
}

/// Whether a URI may be registered.
pub fn register(uri: &str) -> Result<(), Unfit> {
    if uri.len() > 2048 {
        return Err(Unfit::TooLong);
    }
    if !uri.bytes().all(|b| b.is_ascii_graphic() && b != b'\\') {
        return Err(Unfit::Characters);
    }
    let url = Url::parse(uri).ok().ok_or(Unfit::NotAbsolute)?;
    if uri.contains('#') {
        return Err(Unfit::Fragment);
    }
    if uri.contains('*') {
        return Err(Unfit::Wildcard);
    }
    match url.scheme() {
        "https" | "http" if !url.username().is_empty() || url.password().is_some() => Err(Unfit::UserInfo),
        // The parser is lenient about slashes, and texts are compared: only the plain form is taken.
        "https" if uri.starts_with("https://") && url.has_host() => Ok(()),
        "http" if uri.starts_with("http://") && is_loopback(&url) => Ok(()),
        "http" => Err(Unfit::PlainHttp),
        "https" => Err(Unfit::NotAbsolute),
        scheme if scheme.contains('.') => Ok(()),
        _ => Err(Unfit::Scheme),
    }
}

/// Whether a requested URI is the registered one: the same text, but that a loopback IP literal may have any
/// port (RFC 8252 §7.3). Nothing is normalised.
pub fn matches(registered: &str, requested: &str) -> bool {
    if registered == requested {
        return true;
    }
    match (loopback_parts(registered), loopback_parts(requested)) {
        (Some((host, path)), Some((asked_host, asked_path))) => host == asked_host && path == asked_path,
        _ => false,
    }
}

/// Whether any program on the user's device could receive the answer (RFC 8252 §8.6).
pub fn is_impersonable(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| match url.scheme() {
        "https" => false,
        "http" => is_loopback(&url),
        _ => true,
    })
}

/// `scheme://host[:port]` of an http or https URI, as browsers write an origin.
pub fn origin(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    let origin = url.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address == Ipv4Addr::LOCALHOST,
        Some(Host::Ipv6(address)) => address == Ipv6Addr::LOCALHOST,
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Host and the rest behind the port, of `http://127.0.0.1[:port]…` or `http://[::1][:port]…`, read as text.
fn loopback_parts(uri: &str) -> Option<(&'static str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (host, rest) = ["127.0.0.1", "[::1]"].into_iter().find_map(|host| Some((host, rest.strip_prefix(host)?)))?;
    let path = match rest.strip_prefix(':') {
        None => rest,
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (port, path) = rest.split_at_checked(digits)?;
            port.parse::<u16>().ok().filter(|&port| port > 0)?;
            path
        }
    };
    (path.is_empty() || path.starts_with(['/', '?'])).then_some((host, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8252 §7.3: the port of a loopback IP literal may vary, and nothing else.
    #[test]
    fn only_the_port_of_a_loopback_literal_may_vary() {
        assert!(matches("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
        assert!(matches("http://127.0.0.1:8000/cb", "http://127.0.0.1:51004/cb"));
        assert!(matches("http://[::1]/cb", "http://[::1]:51004/cb"));
        for other in [
            "http://127.0.0.1:51004/cb2",
            "http://127.0.0.1:51004/cb?x=1",
            "http://127.0.0.1:51004",
            "http://[::1]:51004/cb",
            "http://127.0.0.2:51004/cb",
            "http://localhost:51004/cb",
            "https://127.0.0.1:51004/cb",
            "http://127.0.0.1:0/cb",
            "http://127.0.0.1:99999/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:+80/cb",
        ] {
            assert!(!matches("http://127.0.0.1/cb", other), "{other}");
        }
        assert!(!matches("http://localhost/cb", "http://localhost:51004/cb"));
        assert!(!matches("https://app.example/cb", "https://app.example:444/cb"));
    }

    /// Keycloak CVE-2022-3782, CVE-2023-6291, CVE-2024-8883; fosite GHSA-grfp-q2mm-hfp6, CVE-2020-15233.
    #[test]
    fn whatever_is_not_the_same_text_is_another_uri() {
        let registered = "https://app.example/cb";
        for other in [
            "https://app.example/cb/",
            "https://app.example/CB",
            "https://APP.example/cb",
            "HTTPS://app.example/cb",
            "https://app.example:443/cb",
            "https://app.example/./cb",
            "https://app.example/x/../cb",
            "https://app.example/%63b",
            "https://app.example/cb?",
            "https://app.example/cb#",
            "https://app.example/cb%00",
            "https://app.example\\@evil.example/cb",
            "https://app.example@evil.example/cb",
            "https://evil@app.example/cb",
            " https://app.example/cb",
            "https://app.example/cb\n",
            "https://app.example\t/cb",
            "https://app.example./cb",
            "https://evil.example/https://app.example/cb",
        ] {
            assert!(!matches(registered, other), "{other}");
        }
    }

    /// Keycloak CVE-2020-10776: unsafe schemes; RFC 8252 §7.1.
    #[test]
    fn only_safe_uris_can_be_registered() {
        for fit in ["https://app.example/cb?x=1", "http://127.0.0.1/cb", "http://[::1]:8080/", "http://localhost/cb"] {
            assert_eq!(register(fit), Ok(()), "{fit}");
        }
        assert_eq!(register("com.example.app:/oauth2"), Ok(()));
        for (unfit, why) in [
            ("/cb", Unfit::NotAbsolute),
            ("https:app.example/cb", Unfit::NotAbsolute),
            ("http://app.example/cb", Unfit::PlainHttp),
            ("http://localhost.evil.example/cb", Unfit::PlainHttp),
            ("https://app.example/cb#x", Unfit::Fragment),
            ("https://user:pw@app.example/cb", Unfit::UserInfo),
            ("http://localhost:80@evil.example/", Unfit::UserInfo),
            ("https://*.example/cb", Unfit::Wildcard),
            ("javascript:alert(1)", Unfit::Scheme),
            ("data:text/html,x", Unfit::Scheme),
            ("myapp://cb", Unfit::Scheme),
            ("https://äpp.example/cb", Unfit::Characters),
            ("https://app.example\\cb", Unfit::Characters),
            ("https://app.example/c b", Unfit::Characters),
        ] {
            assert_eq!(register(unfit), Err(why), "{unfit}");
        }
        assert_eq!(register(&format!("https://app.example/{}", "a".repeat(2048))), Err(Unfit::TooLong));
    }

    /// RFC 8252 §8.6.
    #[test]
    fn a_uri_that_any_local_program_can_claim_is_known() {
        assert!(is_impersonable("http://127.0.0.1:3000/cb"));
        assert!(is_impersonable("com.example.app:/cb"));
        assert!(!is_impersonable("https://app.example/cb"));
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        assert_eq!(origin("https://app.example:443/cb").as_deref(), Some("https://app.example"));
        assert_eq!(origin("http://127.0.0.1:3000/cb").as_deref(), Some("http://127.0.0.1:3000"));
        assert_eq!(origin("com.example.app:/cb"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_judged(registered in ".{0,60}", requested in ".{0,60}") {
            let _ = register(&requested);
            if matches(&registered, &requested) && registered != requested {
                assert!(registered.starts_with("http://127.0.0.1") || registered.starts_with("http://[::1]"));
            }
        }

        #[test]
        fn a_port_is_all_that_may_differ(a in 1u16.., b in 1u16.., path in "(/[a-z]{0,9})?") {
            let uri = |port| format!("http://127.0.0.1:{port}{path}");
            assert!(matches(&uri(a), &uri(b)));
            assert!(!matches(&uri(a), &format!("{}x/", uri(b))));
        }
    }
}

//! Redirect URIs: which may be registered, and which request fits which registration.

mod web;

use std::fmt;

use self::web::{Web, WebScheme};

const LONGEST: usize = 2048;

/// Why a redirect URI cannot be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    TooLong,
    Characters,
    PercentEncoding,
    Wildcard,
    Fragment,
    Relative,
    Scheme,
    PlainHttp,
    UserInfo,
    Host,
    Port,
    DotSegment,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "is longer than 2048 characters",
            Self::Characters => "holds a character that a URI cannot have (RFC 3986 §2)",
            Self::PercentEncoding => "has a % that two hexadecimal digits do not follow (RFC 3986 §2.1)",
            Self::Wildcard => "holds a *: there are no wildcards (RFC 9700 §2.1)",
            Self::Fragment => "has a fragment (RFC 6749 §3.1.2)",
            Self::Relative => "is not an absolute URI (RFC 6749 §3.1.2)",
            Self::Scheme => "has a scheme other than https, http or one such as com.example.app (RFC 8252 §7.1)",
            Self::PlainHttp => "is http, which is for 127.0.0.1, [::1] and localhost: use https (RFC 8252 §7.3)",
            Self::UserInfo => "has a user name or an @ before its host",
            Self::Host => "has no host, or one that is no domain name and no IP address as browsers write them",
            Self::Port => "has a port that is not a number from 1 to 65535",
            Self::DotSegment => "has a . or .. in its path: a browser would go elsewhere (RFC 3986 §5.2.4)",
        })
    }
}

impl std::error::Error for Unfit {}

/// Absolute and without fragment (RFC 6749 §3.1.2); https anywhere, http on loopback only (RFC 8252 §7.3), or a private scheme with a
/// dot in its name (RFC 8252 §7.1), which leaves out `javascript:`, `data:` and every other scheme that a browser acts on itself.
pub fn register(uri: &str) -> Result<(), Unfit> {
    check_text(uri)?;
    let path = match Web::parse(uri)? {
        Some(web) if web.scheme == WebScheme::Http && !web.is_loopback() => return Err(Unfit::PlainHttp),
        Some(web) => web.rest,
        None => check_private(uri)?,
    };
    if has_dot_segment(path) { Err(Unfit::DotSegment) } else { Ok(()) }
}

/// Compared as text: normalising here is how open redirects begin (RFC 9700 §4.1). Only a loopback IP literal over http
/// may name another port (RFC 8252 §7.3); `localhost` may not (§8.3).
pub fn matches(registered: &str, requested: &str) -> bool {
    registered == requested || differs_in_loopback_port(registered, requested)
}

fn differs_in_loopback_port(registered: &str, requested: &str) -> bool {
    match (Web::parse(registered), Web::parse(requested)) {
        (Ok(Some(ours)), Ok(Some(theirs))) => {
            ours.is_loopback_literal()
                && ours.scheme == WebScheme::Http
                && (ours.scheme, ours.host, ours.rest) == (theirs.scheme, theirs.host, theirs.rest)
        }
        _ => false,
    }
}

/// Whether any program on the user's device can receive the answer: everything but https. RFC 8252 §8.6.
pub fn is_impersonable(uri: &str) -> bool {
    !matches!(Web::parse(uri), Ok(Some(Web { scheme: WebScheme::Https, .. })))
}

/// `scheme://host[:port]` as a browser sends it in `Origin`; none for a private scheme. RFC 6454 §6.1.
pub fn origin(uri: &str) -> Option<String> {
    let web = Web::parse(uri).ok()??;
    let (scheme, host) = (web.scheme.as_str(), web.host);
    match web.port {
        Some(port) if port.get() != web.scheme.default_port() => Some(format!("{scheme}://{host}:{port}")),
        _ => Some(format!("{scheme}://{host}")),
    }
}

fn check_text(uri: &str) -> Result<(), Unfit> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let escape = |text: &str| matches!(text.as_bytes(), [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    if uri.len() > LONGEST {
        Err(Unfit::TooLong)
    } else if !uri.bytes().all(allowed) {
        Err(Unfit::Characters)
    } else if !uri.split('%').skip(1).all(escape) {
        Err(Unfit::PercentEncoding)
    } else if uri.contains('*') {
        Err(Unfit::Wildcard)
    } else if uri.contains('#') {
        Err(Unfit::Fragment)
    } else {
        Ok(())
    }
}

/// What follows a private scheme and its authority, if it has one. RFC 8252 §7.1.
fn check_private(uri: &str) -> Result<&str, Unfit> {
    let (scheme, after) = uri.split_once(':').ok_or(Unfit::Relative)?;
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let is_reversed_domain = scheme.contains('.')
        && scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.split('.').all(is_label);
    if !is_reversed_domain {
        return Err(if scheme.contains(['/', '?']) { Unfit::Relative } else { Unfit::Scheme });
    }
    if after.is_empty() {
        return Err(Unfit::Relative);
    }
    let Some(hierarchy) = after.strip_prefix("//") else { return Ok(after) };
    let end = hierarchy.find(['/', '?']).unwrap_or(hierarchy.len());
    match hierarchy.split_at_checked(end) {
        Some((authority, _)) if authority.contains('@') => Err(Unfit::UserInfo),
        Some((_, path)) => Ok(path),
        None => Err(Unfit::Host),
    }
}

/// RFC 3986 §5.2.4, reading `%2e` as browsers do.
fn has_dot_segment(path_and_query: &str) -> bool {
    let path = path_and_query.split('?').next().unwrap_or_default();
    path.split('/').any(|segment| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | ".."))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[track_caller]
    fn refused(why: Unfit, uris: &[&str]) {
        for uri in uris {
            assert_eq!(register(uri), Err(why), "{uri:?}");
        }
    }

    #[test]
    fn what_honest_clients_have_can_be_registered() {
        let web = "https://app.example/cb https://app.example https://app.example?from=signet https://192.0.2.1/cb \
                   https://app.example:8443/cb?tenant=it's&x=%2F.. https://xn--bcher-kva.example/cb https://[2001:db8::1]:444/cb";
        let loopback = "http://127.0.0.1/cb http://127.0.0.1:49152/cb http://[::1]:49152/cb http://localhost:3000/cb";
        let private =
            "com.example.app:/oauth2redirect com.example.app://callback com.googleusercontent.apps.123-abc:/cb";
        for uri in [web, loopback, private].into_iter().flat_map(|uris| uris.split(' ')) {
            assert_eq!(register(uri), Ok(()), "{uri}");
        }
    }

    /// RFC 6749 §3.1.2; RFC 8252 §7.1 and §8.3.
    #[test]
    fn what_cannot_be_registered_says_why() {
        refused(Unfit::Relative, &["", "/cb", "//app.example/cb", "app.example/cb:1", "com.example.app:"]);
        refused(Unfit::Fragment, &["https://app.example/cb#x", "https://app.example/cb#"]);
        refused(Unfit::PlainHttp, &["http://app.example/cb", "http://127.0.0.2/cb"]);
        refused(Unfit::PlainHttp, &["http://localhost.evil.example/cb", "http://127.0.0.1.evil.example/cb"]);
        refused(Unfit::Scheme, &["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "myapp://callback"]);
        refused(Unfit::Scheme, &["urn:ietf:wg:oauth:2.0:oob", "https:app.example/cb", "HTTPS://app.example/cb"]);
        refused(Unfit::Scheme, &["Com.Example.App:/cb", ".com:/cb", "com..app:/cb", "com.app.:/cb"]);
        for port in [":0", ":", "::80", ":+80", ":0443", ":65536", ":a"] {
            refused(Unfit::Port, &[&format!("https://app.example{port}/cb"), &format!("http://[::1]{port}/cb")]);
        }
        refused(Unfit::Host, &["https:///cb", "https://[::1]x/cb", "https://[::1]x:80/cb"]);
        refused(Unfit::PercentEncoding, &["https://a%zz.example/", "https://app.example/%4", "com.example.app:/%"]);
        let long = format!("https://app.example/{}", "a".repeat(2048 - 20));
        assert_eq!(register(&long), Ok(()));
        assert_eq!(register(&format!("{long}a")), Err(Unfit::TooLong));
    }

    /// Keycloak CVE-2022-3782, CVE-2023-6291, CVE-2024-8883; authentik CVE-2024-52289: texts that readers read differently.
    #[test]
    fn spellings_that_readers_disagree_about_cannot_be_registered() {
        refused(Unfit::UserInfo, &["http://localhost:80@evil.example/cb", "https://app.example@evil.example/cb"]);
        refused(Unfit::UserInfo, &["https://user:pass@app.example/cb", "https://@app.example/cb"]);
        refused(Unfit::UserInfo, &["https://app.example%2f@evil", "com.example.app://app@evil/cb"]);
        refused(Unfit::Wildcard, &["https://*.app.example/cb", "https://app.example/*"]);
        refused(Unfit::Characters, &["https://evil.example\\@app.example/cb", "https://app.example\\cb"]);
        refused(Unfit::Characters, &["https://app.exa\tmple/cb", "https://app.example/cb\n", " https://app.example"]);
        refused(Unfit::Characters, &["https://bücher.example/cb", "https://аpp.example/cb", "https://app。example/cb"]);
        refused(Unfit::Host, &["https://App.Example/cb", "https://%61pp.example/cb", "https://app.example%2fevil/cb"]);
        refused(Unfit::Host, &["http://0x7f.1/cb", "http://127.1/cb", "http://2130706433/cb", "http://[0:0::1]/cb"]);
        // A host stands in a Content-Security-Policy.
        refused(Unfit::Host, &["https://app.example;sandbox/cb", "https://app.example,x/cb", "https://a'b.example/cb"]);
        refused(
            Unfit::Host,
            &["https://a_b.example/cb", "https://a..b/cb", "https://.a.example/cb", "https://a.b./cb"],
        );
        refused(Unfit::DotSegment, &["https://app.example/cb/../admin", "https://app.example/./cb"]);
        refused(Unfit::DotSegment, &["https://app.example/cb/..", "https://app.example/%2e%2E/cb"]);
        refused(Unfit::DotSegment, &["https://app.example/.%2e?x", "com.example.app://a/%2e%2e/b"]);
    }

    /// RFC 9700 §4.1.3; fosite GHSA-grfp-q2mm-hfp6 (case).
    #[test]
    fn nothing_but_the_same_text_matches_on_the_web() {
        let registered = "https://app.example/cb";
        assert!(matches(registered, registered));
        for tail in ["/", "?", "?x=1", "#x", "/../cb", "\n", "%00", "@evil"] {
            assert!(!matches(registered, &format!("{registered}{tail}")), "{tail:?}");
        }
        for path in ["", "/", "/CB", "/./cb", "/%2e/cb", "/c%62", "/\tcb", "//cb", "\\cb"] {
            assert!(!matches(registered, &format!("https://app.example{path}")), "{path:?}");
        }
        let hosts = "APP.example аpp.example app。example app.example. app.example:443 a@app.example";
        let foreign = "app.example@evil app.example\\@evil app.example.evil evil\\.app.example";
        for host in hosts.split(' ').chain(foreign.split(' ')) {
            assert!(!matches(registered, &format!("https://{host}/cb")), "{host:?}");
        }
        for prefix in ["http://", "HTTPS://", " https://", "//", "", "https:", "https://evil.example/https://"] {
            assert!(!matches(registered, &format!("{prefix}app.example/cb")), "{prefix:?}");
        }
    }

    /// RFC 8252 §7.3.
    #[test]
    fn a_loopback_literal_may_name_another_port() {
        for (registered, requested) in [
            ("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1:49152/cb"),
            ("http://127.0.0.1:3000/cb", "http://127.0.0.1/cb"),
            ("http://[::1]/cb?a=b", "http://[::1]:65535/cb?a=b"),
        ] {
            assert!(matches(registered, requested), "{registered} {requested}");
        }
    }

    /// fosite CVE-2020-15233 (loopback overrides the host); Keycloak CVE-2024-8883; RFC 8252 §8.3.
    #[test]
    fn a_loopback_port_changes_nothing_else() {
        let registered = "http://127.0.0.1/cb";
        for port in ":80@evil :@evil :80\\@evil :80.evil .evil : :0 :080 :+80 :65536 :８０ :80:80".split(' ') {
            assert!(!matches(registered, &format!("http://127.0.0.1{port}/cb")), "{port}");
        }
        for rest in ["", "/", "/evil", "/cb/", "/CB", "/cb?x", "/cb#x", "/cb/../evil", "/%2e/cb", "/cb\n"] {
            assert!(!matches(registered, &format!("http://127.0.0.1:80{rest}")), "{rest:?}");
        }
        for host in "127.1 127.0.0.2 2130706433 0x7f.0.0.1 localhost [::1] [::ffff:127.0.0.1] evil".split(' ') {
            assert!(!matches(registered, &format!("http://{host}:80/cb")), "{host}");
        }
        for (registered, requested) in [
            ("http://127.0.0.1/cb", "https://127.0.0.1:80/cb"),
            ("https://127.0.0.1/cb", "https://127.0.0.1:8443/cb"),
            ("http://localhost/cb", "http://localhost:3000/cb"),
            ("http://localhost:3000/cb", "http://localhost:80@evil.example/cb"),
            ("http://localhost/cb", "http://127.0.0.1/cb"),
            ("https://app.example/cb", "http://127.0.0.1/cb"),
            ("com.example.app://127.0.0.1/cb", "com.example.app://127.0.0.1:80/cb"),
        ] {
            assert!(!matches(registered, requested), "{registered} {requested}");
        }
    }

    /// RFC 8252 §8.6.
    #[test]
    fn only_https_is_not_impersonable() {
        assert!(!is_impersonable("https://app.example/cb"));
        for uri in ["http://127.0.0.1/cb", "http://[::1]:1/cb", "http://localhost/cb", "com.example.app:/cb"] {
            assert!(is_impersonable(uri), "{uri}");
        }
    }

    /// RFC 6454 §6.1.
    #[test]
    fn an_origin_is_what_a_browser_sends() {
        assert_eq!(origin("https://app.example/cb?x").as_deref(), Some("https://app.example"));
        assert_eq!(origin("https://app.example:443/cb").as_deref(), Some("https://app.example"));
        assert_eq!(origin("https://app.example:80/cb").as_deref(), Some("https://app.example:80"));
        assert_eq!(origin("http://[::1]:3000").as_deref(), Some("http://[::1]:3000"));
        assert_eq!(origin("com.example.app:/cb"), None);
    }

    fn near_loopback() -> impl Strategy<Value = String> {
        "https?://(127\\.0\\.0\\.1|\\[::1\\]|localhost)(:[0-9@a]{0,3})?(/a?)?"
    }

    proptest! {
        #[test]
        fn nothing_panics(ours in any::<String>(), theirs in "(http://(127\\.0\\.0\\.1|\\[::1\\]))?\\PC{0,24}") {
            let _ = (register(&ours), register(&theirs), origin(&ours), origin(&theirs));
            let _ = (matches(&ours, &theirs), is_impersonable(&ours));
        }

        /// The host that we saw is the one a browser goes to.
        #[test]
        fn what_is_registered_reads_the_same_to_a_browser(
            uri in "https?://([a-z0-9.\\-]{1,12}|127\\.0\\.0\\.1|localhost|\\[::1\\])[:@a-z0-9.%]{0,6}(/[a-z0-9.%/?@]{0,12})?",
        ) {
            if register(&uri).is_ok() {
                let read = Url::parse(&uri).unwrap();
                prop_assert_eq!((read.username(), read.password(), read.fragment()), ("", None, None));
                prop_assert_eq!(Some(read.origin().ascii_serialization()), origin(&uri));
                let path = uri.splitn(4, '/').nth(3).unwrap_or_default();
                prop_assert_eq!(read.path(), format!("/{}", path.split('?').next().unwrap_or_default()));
            }
        }

        /// Whatever matches is the same text, or the same once the port after a loopback literal is cut out.
        #[test]
        fn a_match_is_equality_or_a_loopback_port(ours in near_loopback(), theirs in near_loopback()) {
            let without_port = |uri: &str| {
                let literal = ["http://127.0.0.1", "http://[::1]"].into_iter().find(|literal| uri.starts_with(literal))?;
                let tail = uri.strip_prefix(literal)?;
                let path = tail.strip_prefix(':').map_or(tail, |port| port.trim_start_matches(|c: char| c.is_ascii_digit()));
                (path.is_empty() || path.starts_with('/')).then(|| format!("{literal}{path}"))
            };
            if matches(&ours, &theirs) && ours != theirs {
                prop_assert!(without_port(&ours).is_some());
                prop_assert_eq!(without_port(&ours), without_port(&theirs));
            }
            prop_assert_eq!(matches(&ours, &theirs), matches(&theirs, &ours));
        }
    }
}

//! Refused requests: what a client was told, and beside it what only an administrator learns.

use std::borrow::Cow;

use super::{client::ClientId, text::hides_a_difference, time::Timestamp};
use crate::protocol::error::{ErrorCode, OAuthError};

/// Characters of a value that was sent.
const LONGEST: usize = 300;

/// Characters of all registered values together, and how many of them.
const REGISTERED: usize = 600;
const REGISTERED_VALUES: usize = 16;

/// Characters of a client id that nobody knows, and of a word in a reason, which may name another client. A secret of ours is
/// longer: one that was put in its place is not shown.
const LONGEST_NAME: usize = 40;

/// Characters of a word that was sent and that nobody registered: the shortest secret that somebody may choose has one more.
const LONGEST_WORD: usize = 31;

/// A request that was refused, as an administrator sees it. What could be secret is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub at: Timestamp,
    /// Where the same happened several times in a row.
    pub last_at: Timestamp,
    pub times: u64,
    pub endpoint: Endpoint,
    /// The registered client.
    pub client: Option<ClientId>,
    /// What the request called its client where nobody of that name is registered.
    pub named: Option<String>,
    /// What the client was told.
    pub error: ErrorCode,
    /// More than the client was told.
    pub reason: String,
    pub difference: Option<Difference>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    Authorize,
    Token,
}

/// What was sent, and what would have been right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The member of the request, in the RFC's word.
    pub member: &'static str,
    /// `None`: the request left it out.
    pub sent: Option<String>,
    pub registered: Vec<String>,
}

/// A refusal on its way out. Nothing of `because` reaches the client.
#[derive(Debug)]
pub struct Declined {
    pub error: OAuthError,
    pub because: Option<Box<Because>>,
}

#[derive(Debug, Default)]
pub struct Because {
    pub client: Option<ClientId>,
    /// What the request called its client.
    pub named: Option<String>,
    pub reason: Option<Cow<'static, str>>,
    pub difference: Option<Difference>,
}

impl Endpoint {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Token => "token",
        }
    }
}

impl Refused {
    pub fn new(endpoint: Endpoint, declined: &Declined, at: Timestamp) -> Self {
        let because = declined.because.as_deref();
        let reason = because.and_then(|because| because.reason.as_deref()).unwrap_or(&declined.error.description);
        let client = because.and_then(|because| because.client.clone());
        let named = because.and_then(|because| because.named.as_deref()).map(name).filter(|_| client.is_none());
        Self {
            at,
            last_at: at,
            times: 1,
            endpoint,
            client,
            named,
            error: declined.error.code,
            reason: plain(&without_tokens(reason, &[], LONGEST_NAME), LONGEST),
            difference: because.and_then(|because| because.difference.clone()),
        }
    }

    /// The same refusal once more, whenever it was.
    pub fn is_again(&self, other: &Self) -> bool {
        (self.endpoint, self.error, &self.reason) == (other.endpoint, other.error, &other.reason)
            && (&self.client, &self.named, &self.difference) == (&other.client, &other.named, &other.difference)
    }
}

impl Difference {
    /// Values are cut, and lose what could be secret or mislead the reader.
    pub fn new<T: AsRef<str>>(
        member: &'static str,
        sent: Option<&str>,
        registered: impl IntoIterator<Item = T>,
    ) -> Self {
        let known: Vec<String> = registered.into_iter().map(|value| value.as_ref().to_owned()).collect();
        let safe = |text: &str| match member {
            "redirect_uri" | "resource" => shown(&address(text, &known), &known),
            _ => shown(text, &known),
        };
        // What is registered is no secret.
        let values = known.iter().map(|value| plain(value, LONGEST)).collect();
        Self { member, sent: sent.map(safe), registered: within(values) }
    }
}

impl Declined {
    #[must_use]
    pub fn because(mut self, reason: impl Into<Cow<'static, str>>) -> Self {
        self.explanation().reason = Some(reason.into());
        self
    }

    #[must_use]
    pub fn differs(mut self, difference: Difference) -> Self {
        self.explanation().difference = Some(difference);
        self
    }

    /// Whose request it was; who said so first knew it best.
    #[must_use]
    pub fn of(mut self, client: &ClientId) -> Self {
        self.explanation().client.get_or_insert_with(|| client.clone());
        self
    }

    /// What the request called its client.
    #[must_use]
    pub fn named(mut self, client: &str) -> Self {
        self.explanation().named = Some(client.to_owned());
        self
    }

    fn explanation(&mut self) -> &mut Because {
        self.because.get_or_insert_default()
    }
}

impl From<OAuthError> for Declined {
    fn from(error: OAuthError) -> Self {
        Self { error, because: None }
    }
}

/// As many as are bounded; the rest is counted.
fn within(mut values: Vec<String>) -> Vec<String> {
    let mut room = REGISTERED;
    let fit = values.iter().take(REGISTERED_VALUES).take_while(|value| {
        let length = value.chars().count();
        let fits = length <= room;
        room = room.saturating_sub(length);
        fits
    });
    let fit = fit.count();
    let left = values.len().saturating_sub(fit);
    if left > 0 {
        values.truncate(fit);
        values.push(format!("and {left} more"));
    }
    values.shrink_to_fit();
    values
}

/// What may be shown of a text that was sent, where it is no address.
pub fn shown(sent: &str, registered: &[String]) -> String {
    plain(&without_tokens(sent, registered, LONGEST_WORD), LONGEST)
}

/// Of one that is too long for a name its beginning, by which whoever sent it knows it again.
fn name(sent: &str) -> String {
    const BEGINNING: usize = 8;
    plain(sent, if sent.chars().count() > LONGEST_NAME && !is_slug(sent) { BEGINNING } else { LONGEST })
}

/// What an eye can trust.
fn plain(text: &str, longest: usize) -> String {
    let mark = |c| if hides_a_difference(c) { '\u{fffd}' } else { c };
    let mut shown: String = text.chars().take(longest).map(mark).collect();
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}

/// An address without its user and password, and of its query the names alone: a value may be a token or a code. A value
/// that is registered is none.
fn address(uri: &str, registered: &[String]) -> String {
    const BETWEEN: [char; 4] = ['?', '#', '&', ';'];
    let (head, tail) = uri.split_at(tail_of(uri));
    let mut shown = without_userinfo(head);
    for piece in tail.split_inclusive(BETWEEN) {
        let pair = piece.trim_end_matches(BETWEEN);
        let (name, value) = pair.split_once('=').map_or(("", pair), |(name, value)| (name, value));
        if value.is_empty() || registered.iter().any(|one| one.contains(pair)) {
            shown.push_str(pair);
        } else {
            shown.push_str(name);
            shown.push_str(if name.is_empty() { "…" } else { "=…" });
        }
        shown.push_str(piece.strip_prefix(pair).unwrap_or_default());
    }
    shown
}

/// Where the query begins, or whatever somebody took for one.
fn tail_of(uri: &str) -> usize {
    const BEGINNINGS: [&str; 8] = ["?", "#", "&", ";", "%3f", "%23", "%26", "%3b"];
    let lower = uri.to_ascii_lowercase();
    BEGINNINGS.iter().filter_map(|beginning| lower.find(beginning)).min().unwrap_or(uri.len())
}

/// Wherever somebody put it: a JWT begins with `{"` in base64url, and a word as long as our secrets may be one. What is
/// registered is none.
fn without_tokens(text: &str, registered: &[String], longest: usize) -> String {
    let between = |c: char| !c.is_ascii_alphanumeric() && !"-_.+=%~".contains(c);
    let mut shown = String::new();
    for piece in text.split_inclusive(between) {
        let word = piece.trim_end_matches(between);
        let is_jwt = word.contains("eyJ") && word.len() > 20;
        let is_secret = word.split('.').any(|part| part.len() > longest && !is_slug(part));
        let hides = (is_jwt || is_secret) && !registered.iter().any(|one| one.contains(word));
        shown.push_str(if hides { "…" } else { word });
        shown.push_str(piece.strip_prefix(word).unwrap_or_default());
    }
    shown
}

/// A name made of words, as hosts of previews have them; no secret of ours is all lower-case.
fn is_slug(part: &str) -> bool {
    part.contains('-') && !part.contains(|c: char| c.is_ascii_uppercase())
}

/// Browsers take `\` for `/` and do without either, so nothing of the beginning is taken for granted.
fn without_userinfo(head: &str) -> String {
    let is_scheme = |text: &str| !text.contains(['/', '\\', '@']);
    let (scheme, rest) = head.split_once(':').filter(|(scheme, _)| is_scheme(scheme)).unwrap_or(("", head));
    let after = rest.trim_start_matches(['/', '\\']);
    let (slashes, after) = rest.split_at(rest.len().saturating_sub(after.len()));
    let (authority, path) = after.split_at(after.find(['/', '\\']).unwrap_or(after.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) if scheme.is_empty() => format!("{slashes}…@{host}{path}"),
        Some((_, host)) => format!("{scheme}:{slashes}…@{host}{path}"),
        None => head.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(member: &'static str, text: &str) -> String {
        Difference::new(member, Some(text), [""; 0]).sent.unwrap()
    }

    #[test]
    fn an_address_keeps_what_cannot_be_secret() {
        for (text, shown) in [
            ("https://app.example/cb", "https://app.example/cb"),
            ("https://app.example/@alice/cb?a=b#c", "https://app.example/@alice/cb?a=…#…"),
            ("https://u:p@app.example:8443/cb", "https://…@app.example:8443/cb"),
            ("https://u:p@x@app.example", "https://…@app.example"),
            (r"https:\\u:p@app.example\cb", r"https:\\…@app.example\cb"),
            ("https:u@app.example/cb", "https:…@app.example/cb"),
            ("//u:p@app.example/cb", "//…@app.example/cb"),
            ("com.example.app:/cb?code=abc&state=", "com.example.app:/cb?code=…&state="),
            ("https://a.example/?x=1&%63ode=abc;y&#id_token=z", "https://a.example/?x=…&%63ode=…;…&#id_token=…"),
            ("https://a.example/cb;jsessionid=1", "https://a.example/cb;jsessionid=…"),
            ("https://a.example/cb&code=1", "https://a.example/cb&code=…"),
            ("https://a.example/cb%3Fcode=1%26x", "https://a.example/cb%3Fcode=…"),
            ("https://a.example/cb%23id_token=1", "https://a.example/cb%23id_token=…"),
            ("https://a.example/cb/eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln/x", "https://a.example/cb/…/x"),
        ] {
            assert_eq!(sent("redirect_uri", text), shown);
        }
        let registered = ["https://app.example/cb?tenant=one"];
        let compared = Difference::new("redirect_uri", Some("https://app.example/?tenant=one&id=2"), registered);
        assert_eq!(compared.sent.as_deref(), Some("https://app.example/?tenant=one&id=…"));
        assert_eq!(compared.registered, registered);
        assert_eq!(sent("scope", "openid eyJhbGciOiJSUzI1NiJ9.e30.c2ln"), "openid …");
        for chosen in [
            "5f2b9c0e7d41a6b83c9e0f1d2a4b6c8e",
            "q7+Zr1Yk3vT9pXw+LmN4sD8fGhJ2kQe+aBcDeFgHi0=",
            "a9f%5Fmig8QAfjeH6JgH_EvBeBiGN2drp",
        ] {
            assert_eq!(sent("grant_type", chosen), "…");
            assert_eq!(sent("redirect_uri", &format!("https://a.example/{chosen}")), "https://a.example/…");
        }
        let secret = "a9fsmig8QAfjeH6JgH_EvBeBiGN2drpjbLznXNEfwDs";
        assert_eq!(sent("grant_type", &format!("x {secret}")), "x …");
        assert_eq!(sent("redirect_uri", &format!("https://{secret}.example/cb")), "https://…/cb");
        assert_eq!(sent("redirect_uri", &format!("https://a.example/{secret}.html")), "https://a.example/…");
        let preview = "https://signet-console-git-a-branch-with-a-long-name.preview.example/cb";
        assert_eq!(sent("redirect_uri", preview), preview);
        assert_eq!(Difference::new("scope", Some(secret), [secret]).sent.as_deref(), Some(secret));
    }

    #[test]
    fn what_misleads_the_eye_is_replaced() {
        let text = "a\u{202e}b\u{2066}c\u{200b}d\u{0}e\nf\u{feff}ü\u{e0041}\u{a0}";
        assert_eq!(sent("scope", text), "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}f\u{fffd}ü\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_value_is_cut_at_300_characters_and_a_list_at_600() {
        assert_eq!(sent("redirect_uri", &"ä".repeat(301)).chars().count(), 301);
        assert_eq!(sent("redirect_uri", &"ä".repeat(300)), "ä".repeat(300));
        let list = |values: Vec<String>| Difference::new("redirect_uri", None, values).registered;
        assert_eq!(list(vec!["x".repeat(250); 4]).last().unwrap(), "and 2 more");
        let many = list(vec!["x".to_owned(); 100]);
        assert_eq!((many.len(), many.last().unwrap().as_str()), (17, "and 84 more"));
    }

    #[test]
    fn a_reason_says_no_secret_again() {
        let reason = "the client is not registered for a9fsmig8QAfjeH6JgH_EvBeBiGN2drpjbLznXNEfwDs";
        let declined = Declined::from(OAuthError::invalid_request("x")).because(reason);
        let refused = Refused::new(Endpoint::Token, &declined, Timestamp::from_unix(0));
        assert_eq!(refused.reason, "the client is not registered for …");
    }

    /// Somebody who takes the one for the other sends the secret as the client's id.
    #[test]
    fn a_name_as_long_as_a_secret_is_not_shown() {
        assert_eq!(name("0123456789abcdef0123456789abcdef"), "0123456789abcdef0123456789abcdef");
        assert_eq!(name(&"s".repeat(43)), "ssssssss…");
        assert_eq!(name("3f2504e0-4f89-11d3-9a0c-0305e82c3301"), "3f2504e0-4f89-11d3-9a0c-0305e82c3301");
    }

    proptest! {
        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            prop_assert!(sent("redirect_uri", &text).chars().count() <= LONGEST + 1);
            prop_assert!(!sent("redirect_uri", &text).chars().any(hides_a_difference));
        }
    }
}

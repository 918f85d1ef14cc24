//! How an authorization answer travels back: in the query, or in a form that posts itself.

use url::form_urlencoded;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseMode {
    Query,
    FormPost,
}

impl ResponseMode {
    pub const ALL: [Self; 2] = [Self::Query, Self::FormPost];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::FormPost => "form_post",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// Adds to the query that the URI may have (RFC 6749 §3.1.2); what was there is not written anew.
pub fn location(redirect_uri: &str, pairs: &[(&str, &str)]) -> String {
    if pairs.is_empty() {
        return redirect_uri.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let joint = match redirect_uri.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some((_, before)) if before.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{redirect_uri}{joint}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6749 §3.1.2: the query component of the redirect URI MUST be retained.
    #[test]
    fn the_query_of_the_redirect_uri_is_kept() {
        let pairs = [("code", "a b"), ("state", "x&y")];
        assert_eq!(location("https://app.example/cb", &pairs), "https://app.example/cb?code=a+b&state=x%26y");
        assert_eq!(
            location("https://app.example/cb?t=%41", &pairs),
            "https://app.example/cb?t=%41&code=a+b&state=x%26y"
        );
        assert_eq!(location("https://app.example/cb?", &[("a", "1")]), "https://app.example/cb?a=1");
        assert_eq!(location("https://app.example/cb", &[]), "https://app.example/cb");
    }
}

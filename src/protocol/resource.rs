//! `resource`: which resource server a token is for. RFC 8707 §2.

use url::Url;

/// An absolute URI without a fragment, at most 512 bytes, kept as it was written.
pub fn parse(text: &str) -> Option<String> {
    let fits = text.len() <= 512 && text.bytes().all(|b| b.is_ascii_graphic());
    let url = Url::parse(text).ok().filter(|_| fits)?;
    let absolute = url.fragment().is_none() && (url.has_host() || !url.path().is_empty());
    absolute.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_an_absolute_uri_without_a_fragment() {
        assert_eq!(parse("https://api.example/v1").as_deref(), Some("https://api.example/v1"));
        assert_eq!(parse("urn:example:api").as_deref(), Some("urn:example:api"));
        for wrong in ["/api", "https://api.example/#a", "https://api.example/ü", "api", ""] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}

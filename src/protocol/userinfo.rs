//! Bearer tokens as they come in, and the challenge of a refusal. RFC 6750 §2 and §3.

use super::{
    error::{ErrorCode, OAuthError},
    params::Params,
};

/// The token of one request, from the header or the form body (never from the query), and never from both.
/// `Ok(None)`: the request has no authentication at all, and its refusal names no error (§3.1).
pub fn token(authorization: Option<&str>, body: &Params) -> Result<Option<String>, OAuthError> {
    let in_body = body.get("access_token");
    match (authorization, in_body) {
        (Some(_), Some(_)) => Err(OAuthError::invalid_request("the access token was sent in two ways")),
        (None, in_body) => Ok(in_body.map(str::to_owned)),
        (Some(header), None) => match header.split_once(' ') {
            Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") && is_b64token(token) => {
                Ok(Some(token.to_owned()))
            }
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") => {
                Err(OAuthError::invalid_request("the Authorization header is malformed"))
            }
            _ => Ok(None),
        },
    }
}

/// The value of `WWW-Authenticate`. §3: the scope is named where it is what is missing.
pub fn challenge(error: Option<&OAuthError>) -> String {
    let Some(error) = error else {
        return r#"Bearer realm="signet""#.to_owned();
    };
    let scope = if error.code == ErrorCode::InsufficientScope { r#", scope="openid""# } else { "" };
    let (code, description) = (error.code.as_str(), &error.description);
    format!(r#"Bearer realm="signet", error="{code}", error_description="{description}"{scope}"#)
}

/// §2.1.
fn is_b64token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6750 §2: clients MUST NOT use more than one method.
    #[test]
    fn a_token_comes_in_one_way() {
        let body = Params::parse(b"access_token=abc").unwrap();
        let empty = Params::parse(b"").unwrap();
        assert!(token(Some("Bearer abc"), &body).is_err());
        assert_eq!(token(Some("bearer abc"), &empty).unwrap().as_deref(), Some("abc"));
        assert_eq!(token(None, &body).unwrap().as_deref(), Some("abc"));
        assert_eq!(token(None, &empty).unwrap(), None);
        assert!(token(Some("Bearer a b"), &empty).is_err());
    }

    /// RFC 6750 §3.1: without authentication information the challenge SHOULD NOT name an error.
    #[test]
    fn a_request_without_a_token_is_told_no_error() {
        assert_eq!(challenge(None), r#"Bearer realm="signet""#);
        let error = OAuthError::invalid_token("gone");
        assert_eq!(
            challenge(Some(&error)),
            r#"Bearer realm="signet", error="invalid_token", error_description="gone""#
        );
    }
}

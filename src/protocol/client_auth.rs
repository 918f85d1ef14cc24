//! How a client says who it is: one method per request. RFC 6749 §2.3, OpenID Connect Core §9.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    error::OAuthError,
    params::{Params, decode_value},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    None,
}

/// What a request presented, not yet believed.
#[derive(Debug)]
pub struct Presented {
    pub client_id: String,
    pub proof: Proof,
}

#[derive(Debug)]
pub enum Proof {
    None,
    Secret { secret: PresentedSecret, method: AuthMethod },
}

/// A secret as it came in; its `Debug` prints `…`.
pub struct PresentedSecret(String);

impl PresentedSecret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PresentedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl AuthMethod {
    pub const ALL: [Self; 3] = [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == text)
    }
}

impl Presented {
    /// Takes the credentials out of the header or the body; both at once are refused (§2.3).
    pub fn gather(authorization: Option<&str>, params: &Params) -> Result<Self, OAuthError> {
        let named = params.get("client_id");
        match (authorization, params.get("client_secret")) {
            (Some(_), Some(_)) => Err(OAuthError::invalid_request("the client authenticates in two ways at once")),
            (Some(header), None) => {
                let (client_id, secret) = basic(header)?;
                if named.is_some_and(|named| named != client_id) {
                    return Err(OAuthError::invalid_request("client_id is not the one of the Authorization header"));
                }
                Ok(Self::with_secret(client_id, secret, AuthMethod::ClientSecretBasic))
            }
            (None, secret) => {
                let missing = || OAuthError::invalid_client("the request does not say which client it comes from");
                let client_id = named.ok_or_else(missing)?.to_owned();
                Ok(match secret {
                    Some(secret) => Self::with_secret(client_id, secret.to_owned(), AuthMethod::ClientSecretPost),
                    None => Self { client_id, proof: Proof::None },
                })
            }
        }
    }

    fn with_secret(client_id: String, secret: String, method: AuthMethod) -> Self {
        Self { client_id, proof: Proof::Secret { secret: PresentedSecret(secret), method } }
    }
}

/// §2.3.1: both halves are form-encoded before they are joined.
fn basic(header: &str) -> Result<(String, String), OAuthError> {
    let malformed = || OAuthError::invalid_client("the Authorization header is not HTTP Basic");
    let (scheme, encoded) = header.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let plain = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let plain = plain.ok_or_else(malformed)?;
    let (id, secret) = plain.split_once(':').ok_or_else(malformed)?;
    match (decode_value(id), decode_value(secret)) {
        (Some(id), Some(secret)) if !id.is_empty() => Ok((id.into_owned(), secret.into_owned())),
        _ => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gather(header: Option<&str>, body: &str) -> Result<Presented, OAuthError> {
        Presented::gather(header, &Params::parse(body.as_bytes()).unwrap())
    }

    /// RFC 6749 §2.3.1: the RFC's own example.
    #[test]
    fn the_rfcs_basic_header_is_read() {
        let presented = gather(Some("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"), "").unwrap();
        assert_eq!(presented.client_id, "s6BhdRkqt3");
        match presented.proof {
            Proof::Secret { secret, method: AuthMethod::ClientSecretBasic } => {
                assert_eq!(secret.reveal(), "7Fjfp0ZBr1KtDRbnfVdmIw");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("my%3Aapp:a+b%25"));
        let presented = gather(Some(&header), "").unwrap();
        assert_eq!(presented.client_id, "my:app");
        match presented.proof {
            Proof::Secret { secret, .. } => assert_eq!(secret.reveal(), "a b%"),
            Proof::None => panic!("no secret"),
        }
    }

    /// RFC 6749 §2.3: the client MUST NOT use more than one authentication method in each request.
    #[test]
    fn two_methods_at_once_are_refused() {
        let header = format!("Basic {}", STANDARD.encode("app:secret"));
        assert_eq!(
            gather(Some(&header), "client_id=app&client_secret=secret").unwrap_err().code.as_str(),
            "invalid_request"
        );
        assert!(gather(Some(&header), "client_id=other").is_err());
        assert!(gather(Some(&header), "client_id=app").is_ok());
    }

    #[test]
    fn a_request_that_names_no_client_is_refused() {
        assert_eq!(gather(None, "").unwrap_err().code.as_str(), "invalid_client");
        for header in ["Bearer abc", "Basic", "Basic !!!", "Basic YWJj"] {
            assert_eq!(gather(Some(header), "").unwrap_err().code.as_str(), "invalid_client", "{header}");
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let presented = gather(None, "client_id=app&client_secret=hush-hush").unwrap();
        assert!(!format!("{presented:?}").contains("hush"));
    }

    proptest::proptest! {
        #[test]
        fn any_header_is_read_or_refused(header in ".{0,60}", body in "[a-z_=&%0-9]{0,60}") {
            if let Ok(params) = Params::parse(body.as_bytes()) {
                if let Ok(presented) = Presented::gather(Some(&header), &params) {
                    assert!(!presented.client_id.is_empty());
                }
            }
        }
    }
}

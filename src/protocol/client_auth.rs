//! How a client says who it is.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    error::OAuthError,
    params::{self, Params},
};

/// The ways of authenticating that a client can be registered with. OIDC Core §9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMethod {
    ClientSecretBasic,
    ClientSecretPost,
    None,
}

impl AuthMethod {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::None => "none",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::ClientSecretBasic, Self::ClientSecretPost, Self::None].into_iter().find(|method| method.as_str() == text)
    }
}

/// Who a request says it is from, and what it shows for it. Nothing here is checked yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Presented {
    pub client_id: String,
    pub proof: Proof,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    None,
    Secret { secret: PresentedSecret, method: AuthMethod },
}

/// A secret as it was sent; its `Debug` prints `…`.
#[derive(Clone, PartialEq, Eq)]
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

impl Presented {
    /// Exactly one method per request. RFC 6749 §2.3.
    pub fn gather(authorization: Option<&str>, params: &Params) -> Result<Self, OAuthError> {
        params.unambiguous()?;
        let secret = params.get("client_secret");
        let assertion = params.get("client_assertion").or_else(|| params.get("client_assertion_type"));
        match (authorization, secret, assertion) {
            (Some(header), None, None) => Self::from_header(header, params.get("client_id")),
            (None, secret, None) => Self::from_body(params.get("client_id"), secret),
            (None, None, Some(_)) => Err(OAuthError::invalid_client("client assertions are not supported")),
            _ => Err(OAuthError::invalid_request("the client authenticates in more than one way")),
        }
    }

    fn from_header(header: &str, body_id: Option<&str>) -> Result<Self, OAuthError> {
        let (scheme, credentials) = header.split_once(' ').unwrap_or((header, ""));
        if !scheme.eq_ignore_ascii_case("basic") {
            return Err(OAuthError::invalid_client("the authorization scheme is not Basic"));
        }
        let malformed = || OAuthError::invalid_client("the Basic credentials are malformed");
        let (client_id, secret) = read_basic(credentials).ok_or_else(malformed)?;
        if body_id.is_some_and(|body_id| body_id != client_id) {
            return Err(OAuthError::invalid_request("client_id is not the client of the Authorization header"));
        }
        let proof = Proof::Secret { secret, method: AuthMethod::ClientSecretBasic };
        Ok(Self { client_id, proof })
    }

    fn from_body(client_id: Option<&str>, secret: Option<&str>) -> Result<Self, OAuthError> {
        let client_id = client_id.ok_or_else(|| OAuthError::invalid_client("the request names no client"))?.to_owned();
        let proof = secret.map_or(Proof::None, |secret| Proof::Secret {
            secret: PresentedSecret(secret.to_owned()),
            method: AuthMethod::ClientSecretPost,
        });
        Ok(Self { client_id, proof })
    }
}

/// RFC 6749 §2.3.1: both halves are form-encoded before RFC 7617 puts a colon between them.
fn read_basic(credentials: &str) -> Option<(String, PresentedSecret)> {
    let decoded = STANDARD.decode(credentials.trim_matches(' ')).ok()?;
    let mut halves = decoded.splitn(2, |byte| *byte == b':');
    let client_id = params::decode(halves.next()?).ok()?;
    let secret = params::decode(halves.next()?).ok()?;
    (!client_id.is_empty()).then_some((client_id, PresentedSecret(secret)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::form_urlencoded::byte_serialize;

    use super::{super::error::ErrorCode, *};

    fn gather(authorization: Option<&str>, body: &str) -> Result<Presented, OAuthError> {
        Presented::gather(authorization, &Params::parse(body.as_bytes()).unwrap())
    }

    fn refusal(authorization: Option<&str>, body: &str) -> ErrorCode {
        gather(authorization, body).unwrap_err().code
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", STANDARD.encode(text))
    }

    fn shows(client_id: &str, secret: &str, method: AuthMethod) -> Presented {
        let proof = Proof::Secret { secret: PresentedSecret(secret.to_owned()), method };
        Presented { client_id: client_id.to_owned(), proof }
    }

    /// RFC 6749 §2.3.1, its own example.
    #[test]
    fn the_example_of_the_rfc_is_read() {
        let shown = shows("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", AuthMethod::ClientSecretBasic);
        assert_eq!(gather(Some("Basic czZCaGRSa3F0Mzo3RmpmcDBaQnIxS3REUmJuZlZkbUl3"), ""), Ok(shown));
        let shown = shows("s6BhdRkqt3", "7Fjfp0ZBr1KtDRbnfVdmIw", AuthMethod::ClientSecretPost);
        assert_eq!(gather(None, "client_id=s6BhdRkqt3&client_secret=7Fjfp0ZBr1KtDRbnfVdmIw"), Ok(shown));
    }

    /// RFC 6749 §2.3.1.
    #[test]
    fn both_halves_of_basic_are_form_encoded() {
        let shown = shows("https://a:b", "p+q %:ä", AuthMethod::ClientSecretBasic);
        assert_eq!(gather(Some(&basic("https%3A%2F%2Fa%3Ab:p%2Bq+%25:%C3%A4")), ""), Ok(shown));
    }

    /// RFC 9110 §11.1: the scheme is compared without case.
    #[test]
    fn the_scheme_may_be_written_in_any_case() {
        assert!(gather(Some(&basic("app:secret").replace("Basic", "bASIC")), "").is_ok());
    }

    #[test]
    fn a_client_without_a_secret_only_names_itself() {
        let named = Presented { client_id: "app".to_owned(), proof: Proof::None };
        assert_eq!(gather(None, "client_id=app"), Ok(named.clone()));
        assert_eq!(gather(None, "client_id=app&client_secret="), Ok(named));
    }

    /// RFC 6749 §2.3: no more than one method in each request.
    #[test]
    fn two_methods_at_once_are_refused() {
        let header = basic("app:secret");
        for body in [
            "client_secret=secret",
            "client_id=app&client_secret=secret",
            "client_assertion=x.y.z",
            "client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_id=other",
        ] {
            assert_eq!(refusal(Some(&header), body), ErrorCode::InvalidRequest, "{body}");
        }
        assert_eq!(refusal(None, "client_id=app&client_secret=a&client_assertion=x"), ErrorCode::InvalidRequest);
        assert_eq!(refusal(None, "client_id=app&client_id=app"), ErrorCode::InvalidRequest);
        assert_eq!(refusal(None, "client_id=app&client_secret=a&client_secret=b"), ErrorCode::InvalidRequest);
        assert!(gather(Some(&header), "client_id=app").is_ok());
    }

    /// RFC 6749 §5.2: no, or unsupported, authentication is `invalid_client`.
    #[test]
    fn what_proves_nothing_is_invalid_client() {
        for header in ["", "Basic", "Basic ", "Bearer abc", "Digest a=b", "Basic !!!", "BasicYTpi"] {
            assert_eq!(refusal(Some(header), ""), ErrorCode::InvalidClient, "{header}");
        }
        for credentials in ["no colon", ":secret", "%zz:secret", "app:%", "app:%ff", "app:%00"] {
            assert_eq!(refusal(Some(&basic(credentials)), ""), ErrorCode::InvalidClient, "{credentials}");
        }
        assert_eq!(refusal(None, ""), ErrorCode::InvalidClient);
        assert_eq!(refusal(None, "client_secret=secret"), ErrorCode::InvalidClient);
        assert_eq!(refusal(None, "client_id=app&client_assertion=x.y.z"), ErrorCode::InvalidClient);
    }

    #[test]
    fn debug_prints_no_secret() {
        let printed = format!("{:?}", gather(None, "client_id=app&client_secret=hunter2").unwrap());
        assert!(printed.contains("app") && printed.contains('…') && !printed.contains("hunter2"), "{printed}");
    }

    #[test]
    fn methods_read_back_by_their_registered_names() {
        for method in [AuthMethod::ClientSecretBasic, AuthMethod::ClientSecretPost, AuthMethod::None] {
            assert_eq!(AuthMethod::parse(method.as_str()), Some(method));
        }
        assert_eq!(AuthMethod::parse("private_key_jwt"), None);
    }

    proptest! {
        #[test]
        fn what_is_form_encoded_reads_back(client_id in "[^\0]{1,16}", secret in "[^\0]{0,32}") {
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let header = basic(&format!("{}:{}", encoded(&client_id), encoded(&secret)));
            prop_assert_eq!(gather(Some(&header), ""), Ok(shows(&client_id, &secret, AuthMethod::ClientSecretBasic)));
        }

        #[test]
        fn reading_never_panics(header in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = gather(Some(&header), "");
            let _ = gather(Some(&format!("Basic {}", STANDARD.encode(bytes))), "");
        }
    }
}

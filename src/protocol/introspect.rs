//! Token introspection: the request and its answer. RFC 7662 §2.

use serde::Serialize;

use super::{error::OAuthError, jwt::Audience, params::Params};

/// `token_type_hint` is accepted and not needed: our tokens tell their kind themselves.
pub struct IntrospectRequest {
    pub token: String,
}

/// The members of §2.2; an inactive token has none but `active`.
#[derive(Clone, Debug, Default, Serialize)]
pub struct IntrospectResponse {
    pub active: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iat: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iss: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Of an API key: `live` or `test`. An extension, as §2.2 allows them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<&'static str>,
    /// Of an API key: its id, which says nothing of the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_id: Option<String>,
}

impl IntrospectRequest {
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let missing = || OAuthError::invalid_request("token is missing");
        Ok(Self { token: params.get("token").ok_or_else(missing)?.to_owned() })
    }
}

impl IntrospectResponse {
    pub fn inactive() -> Self {
        Self::default()
    }
}

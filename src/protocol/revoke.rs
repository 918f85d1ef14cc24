//! Token revocation: the request. RFC 7009 §2.1.

use super::{error::OAuthError, params::Params};

/// An unknown `token_type_hint` is ignored, and a known one is not needed: our tokens tell their kind themselves.
pub struct RevokeRequest {
    pub token: String,
}

impl RevokeRequest {
    pub fn parse(params: &Params) -> Result<Self, OAuthError> {
        let missing = || OAuthError::invalid_request("token is missing");
        Ok(Self { token: params.get("token").ok_or_else(missing)?.to_owned() })
    }
}

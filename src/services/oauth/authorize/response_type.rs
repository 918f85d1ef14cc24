//! What the client wants: a code, and nothing else. RFC 6749 §3.1.1.

use crate::{
    domain::client::Client,
    protocol::{
        error::{ErrorCode, OAuthError},
        params::Params,
        token::GrantType,
    },
};

pub(super) fn check(params: &Params, client: &Client) -> Result<(), OAuthError> {
    match params.get("response_type") {
        None => Err(OAuthError::invalid_request("response_type is missing")),
        Some("code") if client.may_use(GrantType::AuthorizationCode) => Ok(()),
        Some("code") => Err(OAuthError::unauthorized_client("this client is not registered for authorization_code")),
        Some(_) => Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code")),
    }
}

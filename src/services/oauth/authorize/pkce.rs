//! Proof Key for Code Exchange: S256, and never `plain`. RFC 7636 §4.3, RFC 9700 §2.1.1.

use crate::{
    domain::client::{Client, ClientKind, PkcePolicy},
    protocol::{error::OAuthError, params::Params, pkce::Challenge},
};

pub(super) fn check(params: &Params, client: &Client, required: bool) -> Result<Option<Challenge>, OAuthError> {
    let must = required || client.kind == ClientKind::Public || client.pkce == PkcePolicy::Required;
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) => Challenge::parse(challenge)
            .map(Some)
            .ok_or_else(|| OAuthError::invalid_request("code_challenge is not an S256 challenge")),
        // A missing method means plain (RFC 7636 §4.3).
        (Some(_), _) => Err(OAuthError::invalid_request("code_challenge_method must be S256")),
        (None, Some(_)) => Err(OAuthError::invalid_request("code_challenge is missing")),
        (None, None) if must => {
            Err(OAuthError::invalid_request("this client must use PKCE: code_challenge is missing"))
        }
        (None, None) => Ok(None),
    }
}

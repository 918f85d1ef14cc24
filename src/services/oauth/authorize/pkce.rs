//! Proof Key for Code Exchange: S256, and never `plain`. RFC 7636 §4.3, RFC 9700 §2.1.1.

use crate::{
    domain::{
        client::{Client, ClientKind, PkcePolicy},
        refused::{Declined, Difference},
    },
    protocol::{error::OAuthError, params::Params, pkce::Challenge},
};

pub(super) fn check(params: &Params, client: &Client, required: bool) -> Result<Option<Challenge>, Declined> {
    let must = required || client.kind == ClientKind::Public || client.pkce == PkcePolicy::Required;
    match (params.get("code_challenge"), params.get("code_challenge_method")) {
        (Some(challenge), Some("S256")) => Challenge::parse(challenge)
            .map(Some)
            .ok_or_else(|| OAuthError::invalid_request("code_challenge is not an S256 challenge").into()),
        // A missing method means plain (RFC 7636 §4.3).
        (Some(_), method) => Err(instead_of_s256(method, "code_challenge_method must be S256")),
        (None, Some(_)) => Err(OAuthError::invalid_request("code_challenge is missing").into()),
        (None, None) if must => Err(instead_of_s256(None, "this client must use PKCE: code_challenge is missing")),
        (None, None) => Ok(None),
    }
}

fn instead_of_s256(method: Option<&str>, why: &'static str) -> Declined {
    Declined::from(OAuthError::invalid_request(why)).differs(Difference::new("code_challenge_method", method, ["S256"]))
}

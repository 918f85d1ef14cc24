//! What the client wants: a code, and nothing else. RFC 6749 §3.1.1.

use crate::{
    domain::{
        client::Client,
        refused::{Declined, Difference},
    },
    protocol::{
        error::{ErrorCode, OAuthError},
        params::Params,
        token::GrantType,
    },
    services::grants::grants_of,
};

pub(super) fn check(params: &Params, client: &Client) -> Result<(), Declined> {
    let difference = || Difference::new("response_type", params.get("response_type"), ["code"]);
    match params.get("response_type") {
        None => Err(Declined::from(OAuthError::invalid_request("response_type is missing")).differs(difference())),
        Some("code") if client.may_use(GrantType::AuthorizationCode) => Ok(()),
        Some("code") => {
            let error = OAuthError::unauthorized_client("this client is not registered for authorization_code");
            Err(Declined::from(error).differs(grants_of(client, GrantType::AuthorizationCode)))
        }
        Some(_) => {
            let error = OAuthError::new(ErrorCode::UnsupportedResponseType, "response_type must be code");
            Err(Declined::from(error).differs(difference()))
        }
    }
}

//! The three grants of `/token`, over the state machines of oxide-auth; its types stay in this folder.
//!
//! The machines decide the protocol (who may go on, in which order, with which scope); the code here answers their
//! questions from one transaction and writes the RFC's own errors (`docs/architecture.md` lists where theirs differ).

pub mod account;

mod authorization_code;
mod client_credentials;
mod kernel;
mod refresh_token;
mod tokens;

use crate::{
    domain::{
        client::Client,
        refused::{Declined, Difference},
    },
    protocol::{
        error::OAuthError,
        token::{GrantType, TokenRequest, TokenResponse},
    },
    services::{core::Core, fault::Failure},
};

/// Answers a token request of a client that has proved who it is.
pub fn exchange(core: &Core, client: &Client, request: TokenRequest) -> Result<TokenResponse, Failure> {
    if !client.may_use(request.grant_type()) {
        let error = OAuthError::unauthorized_client("the client is not registered for this grant type");
        return Err(Declined::from(error).differs(grants_of(client, request.grant_type())).into());
    }
    match request {
        TokenRequest::AuthorizationCode { code, redirect_uri, verifier, resources } => {
            authorization_code::redeem(core, client, &Redemption { code, redirect_uri, verifier, resources })
        }
        TokenRequest::RefreshToken { refresh_token, scope, resources } => {
            let request = Refreshing { refresh_token, scope, resources };
            refresh_token::refresh(core, client, &request, tokens::Kind::Application)
        }
        TokenRequest::ClientCredentials { scope, resources } => {
            client_credentials::issue(core, client, scope.as_ref(), &resources)
        }
    }
}

/// A grant beside those that the client is registered for.
pub fn grants_of(client: &Client, sent: GrantType) -> Difference {
    Difference::new("grant_type", Some(sent.as_str()), client.grants.iter().map(|grant| grant.as_str()))
}

/// The members of an `authorization_code` request.
struct Redemption {
    code: String,
    redirect_uri: Option<String>,
    verifier: Option<String>,
    resources: Vec<String>,
}

/// The members of a `refresh_token` request.
struct Refreshing {
    refresh_token: String,
    scope: Option<crate::protocol::scope::Scope>,
    resources: Vec<String>,
}

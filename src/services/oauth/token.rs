//! `/token`: who asks, and what for. RFC 6749 §3.2.

use crate::{
    domain::{
        client::Client,
        refused::{Declined, Difference, Endpoint},
    },
    protocol::{
        client_auth::Presented,
        error::{ErrorCode, OAuthError},
        params::Params,
        token::{TokenRequest, TokenResponse},
    },
    services::{clients, core::Core, fault::Failure, grants, refused},
};

/// Authenticates the client and answers its grant, in one crossing to the worker threads.
pub async fn exchange(core: &Core, authorization: Option<String>, params: Params) -> Result<TokenResponse, Failure> {
    core.run(move |core| {
        let answered = answer(core, authorization.as_deref(), &params);
        if let Err(Failure::Refused(declined)) = &answered {
            refused::note(core, Endpoint::Token, declined);
        }
        answered
    })
    .await
}

fn answer(core: &Core, authorization: Option<&str>, params: &Params) -> Result<TokenResponse, Failure> {
    let presented = presented(core, authorization, params)?;
    let known = clients::authenticate(core, &presented)?;
    let client = &known.client;
    let request = TokenRequest::parse(params).map_err(|error| unread(error, params, client).of(&client.id))?;
    grants::exchange(core, client, request).map_err(|failure| failure.of(&client.id))
}

fn presented(core: &Core, authorization: Option<&str>, params: &Params) -> Result<Presented, Declined> {
    let read = params.unambiguous().and_then(|()| Presented::gather(authorization, params));
    read.map_err(|error| named(core, error.into(), params))
}

/// Whose request this seems to be, by the name in its body. A database that is away changes no refusal.
fn named(core: &Core, declined: Declined, params: &Params) -> Declined {
    match params.get("client_id").map(|id| (id, clients::registered(core, id))) {
        Some((_, Ok(Some(known)))) => declined.of(&known.client.id),
        Some((id, _)) => declined.named(id),
        None => declined,
    }
}

/// What was wrong with a request of a client that has proved who it is.
fn unread(error: OAuthError, params: &Params, client: &Client) -> Declined {
    let difference = match error.code {
        ErrorCode::UnsupportedGrantType => {
            let registered = client.grants.iter().map(|grant| grant.as_str());
            Some(Difference::new("grant_type", params.get("grant_type"), registered))
        }
        ErrorCode::InvalidScope => Some(Difference::new("scope", params.get("scope"), client.scope.iter())),
        ErrorCode::InvalidTarget => Some(Difference::new("resource", params.all("resource").next(), &client.resources)),
        _ => None,
    };
    let declined = Declined::from(error);
    match difference {
        Some(difference) => declined.differs(difference),
        None => declined,
    }
}

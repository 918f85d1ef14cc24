//! A client that acts for itself: one signature, and nothing is written. RFC 6749 §4.4.

use oxide_auth::{
    code_grant::client_credentials::{ClientCredentials, Input, Output},
    primitives::grant::Extensions,
};

use super::{
    kernel::{self, KernelRequest},
    tokens,
};
use crate::{
    domain::{
        client::{Client, ClientKind},
        refused::{Declined, Difference},
        scope::OPENID_SCOPES,
    },
    protocol::{
        error::OAuthError,
        scope::Scope,
        token::{GrantType, TokenResponse},
    },
    services::{
        core::Core,
        fault::{Failure, Fault},
        registry,
    },
};

pub(super) fn issue(
    core: &Core,
    client: &Client,
    scope: Option<&Scope>,
    resources: &[String],
) -> Result<TokenResponse, Failure> {
    if client.kind == ClientKind::Public {
        return Err(OAuthError::unauthorized_client("a public client cannot prove that it acts for itself").into());
    }
    let registered = registry::registered(core).map_err(Fault::from)?;
    if let Some(refused) = resources.iter().find(|one| !registered.allows_resource(client, one)) {
        return Err(registry::not_allowed(client, &registered, refused).into());
    }
    let own = registered.known(&client.scope).iter().filter(|name| !is_openid(name)).collect();
    let scope = run_machine(client, &own, scope)?;
    tokens::for_client(core, client, &scope, resources)
}

/// The machine asks what the client may have: its own scope without OpenID's, which are about a user, and there is none.
fn run_machine(client: &Client, own: &Scope, asked: Option<&Scope>) -> Result<Scope, Declined> {
    let beyond = || {
        let sent = asked.map(ToString::to_string);
        Declined::from(OAuthError::invalid_scope("the client is not registered for one of these scopes"))
            .differs(Difference::new("scope", sent.as_deref(), own.iter()))
    };
    let request = KernelRequest {
        grant_type: GrantType::ClientCredentials.as_str(),
        client_id: client.id.as_str(),
        code: None,
        redirect_uri: None,
        refresh_token: None,
        scope: asked.filter(|scope| !scope.is_empty()),
    };
    let mut machine = ClientCredentials::new(&request);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Authenticate { .. } => Input::Authenticated,
            Output::Binding { client_id } => {
                Input::Bound { bound_client: kernel::bound_client(client_id).ok_or_else(beyond)? }
            }
            Output::Extend => Input::Extended { extensions: Extensions::default() },
            Output::Negotiate { .. } => {
                let granted = asked.unwrap_or(own);
                if !granted.is_subset_of(own) {
                    return Err(beyond());
                }
                Input::Negotiated { pre_grant: kernel::pre_grant(client.id.as_str(), granted).ok_or_else(beyond)? }
            }
            Output::Ok { pre_grant, .. } => return Ok(kernel::in_order(&pre_grant.scope, asked.unwrap_or(own))),
            Output::Err(_) => return Err(OAuthError::invalid_request("the token request is malformed").into()),
        }
    }
}

fn is_openid(name: &str) -> bool {
    OPENID_SCOPES.iter().any(|(openid, _)| *openid == name)
}

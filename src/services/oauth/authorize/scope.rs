//! What the client asks for. RFC 6749 §3.3.

use crate::{
    domain::{
        client::Client,
        refused::{Declined, Difference, shown},
        scope::OPENID_SCOPES,
    },
    protocol::{
        error::OAuthError,
        params::Params,
        scope::{OPENID, Scope},
    },
    services::registry::Registered,
};

/// Scopes that nobody knows are ignored in an OpenID request (Core §3.1.2.1) and refused in others.
/// An omitted scope means the client's registered scopes that are not OpenID's.
pub(super) fn check(params: &Params, client: &Client, registered: &Registered) -> Result<Scope, Declined> {
    let malformed = || declined("the scope is malformed", params, client);
    let asked = match params.get("scope") {
        Some(text) => Scope::parse(text).ok_or_else(malformed)?,
        None => own_scopes(client),
    };
    let known: Scope =
        if asked.contains(OPENID) { asked.iter().filter(|name| registered.knows(name)).collect() } else { asked };
    if known.is_empty() {
        return Err(declined("the request names no scope, and the client has none by default", params, client));
    }
    if !known.iter().all(|name| client.scope.contains(name) && registered.knows(name)) {
        let refused: Scope =
            known.iter().filter(|name| !client.scope.contains(name) || !registered.knows(name)).collect();
        return Err(declined("the client is not registered for one of these scopes", params, client)
            .because(format!("the client is not registered for {}", shown(&refused.to_string(), &[]))));
    }
    Ok(known)
}

fn declined(why: &'static str, params: &Params, client: &Client) -> Declined {
    Declined::from(OAuthError::invalid_scope(why)).differs(Difference::new(
        "scope",
        params.get("scope"),
        client.scope.iter(),
    ))
}

fn own_scopes(client: &Client) -> Scope {
    client.scope.iter().filter(|name| !OPENID_SCOPES.iter().any(|(openid, _)| openid == name)).collect()
}

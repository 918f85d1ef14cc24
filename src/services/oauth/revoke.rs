//! `/revoke`: a client gives a token back. RFC 7009.

use super::bearer;
use crate::{
    crypto::{digest, refresh},
    domain::{
        client::Client,
        time::{Seconds, Timestamp},
    },
    protocol::{client_auth::Presented, error::OAuthError, params::Params, revoke::RevokeRequest},
    services::{
        clients,
        core::Core,
        fault::{Failure, Fault},
    },
    store::{grants, revoked_tokens},
};

/// A revoked family's row stays this long.
const KEPT: Seconds = Seconds::minutes(11);

/// Revokes an access token (until its expiry) or a whole refresh family. Whatever else is sent is no token
/// any more, and that is success (§2.2).
pub async fn revoke(core: &Core, authorization: Option<String>, params: Params) -> Result<(), Failure> {
    core.run(move |core| {
        params.unambiguous()?;
        let caller = clients::authenticate(core, &Presented::gather(authorization.as_deref(), &params)?)?;
        let token = RevokeRequest::parse(&params)?.token;
        if access_token(core, &caller.client, &token)? {
            return Ok(());
        }
        refresh_token(core, &caller.client, &token)
    })
    .await
}

/// §2.1: the token of another client is refused.
fn foreign() -> Failure {
    OAuthError::invalid_request("the token was not issued to this client").into()
}

fn access_token(core: &Core, caller: &Client, token: &str) -> Result<bool, Failure> {
    let Some(claims) = bearer::claims_of_any_age(core, token) else {
        return Ok(false);
    };
    if claims.client_id != caller.id.as_str() {
        return Err(foreign());
    }
    let expires_at = Timestamp::from_unix(claims.exp);
    if expires_at > core.clock.now() {
        core.store.write(|db| revoked_tokens::insert(db, &claims.jti, expires_at)).map_err(Fault::from)?;
    }
    Ok(true)
}

/// Any generation of the family takes the whole of it.
fn refresh_token(core: &Core, caller: &Client, token: &str) -> Result<(), Failure> {
    let Some(token) = refresh::parse(&core.ring, token) else {
        return Ok(());
    };
    let (id, now) = (digest::grant_id(&token.family), core.clock.now());
    let revoked = core.store.write(|db| match grants::find(db, &id)? {
        Some(grant) if grant.client_id != caller.id => Ok(Err(foreign())),
        Some(_) => grants::revoke(db, &id, now, now.plus(KEPT)).map(|_| Ok(())),
        None => Ok(Ok(())),
    });
    revoked.map_err(Fault::from)?
}

//! `/introspect`: whether a token is good, told only to those it concerns. RFC 7662.

use super::{bearer, standing};
use crate::{
    crypto::{digest, refresh},
    domain::{
        client::{Client, ClientKind},
        grant::Presented,
        time::Timestamp,
    },
    protocol::{
        client_auth,
        error::OAuthError,
        introspect::{IntrospectRequest, IntrospectResponse},
        params::Params,
    },
    services::{
        api_keys, clients,
        core::Core,
        fault::{Failure, Fault},
        registry,
    },
    store::standing::find_standing,
};

/// Answers a confidential client. Looking at a token never counts as using it; looking at an API key does, because a
/// resource server has no other way to accept one.
pub async fn answer(core: &Core, authorization: Option<String>, params: Params) -> Result<IntrospectResponse, Failure> {
    core.run(move |core| {
        params.unambiguous()?;
        let caller = clients::authenticate(core, &client_auth::Presented::gather(authorization.as_deref(), &params)?)?;
        if caller.client.kind == ClientKind::Public {
            // RFC 7662 §2.1: the caller must prove who it is, against token scanning.
            return Err(OAuthError::invalid_client("introspection needs client authentication").into());
        }
        let token = IntrospectRequest::parse(&params)?.token;
        let found = find(core, &caller.client, &token)?;
        Ok(found.unwrap_or_else(IntrospectResponse::inactive))
    })
    .await
}

fn find(core: &Core, caller: &Client, token: &str) -> Result<Option<IntrospectResponse>, Fault> {
    if api_keys::looks_like_one(token) {
        return api_key(core, caller, token);
    }
    match access_token(core, caller, token)? {
        Some(answer) => Ok(Some(answer)),
        None => refresh_token(core, caller, token),
    }
}

/// A key has no audience: it concerns every resource server, and of its scopes each sees its own and those that belong to
/// none (RFC 8707 §3).
fn api_key(core: &Core, caller: &Client, token: &str) -> Result<Option<IntrospectResponse>, Fault> {
    if caller.resource_server.is_empty() {
        return Ok(None);
    }
    let Some((key, user)) = api_keys::holder(core, token)? else {
        return Ok(None);
    };
    let scope = registry::registered(core)?.meant_for(&key.scope, &caller.resource_server);
    Ok(Some(IntrospectResponse {
        active: true,
        scope: text(scope.to_string()),
        username: Some(user.username),
        exp: key.expires_at.map(Timestamp::unix),
        iat: Some(key.created_at.unix()),
        sub: Some(user.id.as_str().to_owned()),
        iss: Some(core.settings.issuer.as_str().to_owned()),
        environment: Some(key.environment.as_str()),
        key_id: Some(key.id.as_str().to_owned()),
        ..IntrospectResponse::default()
    }))
}

fn access_token(core: &Core, caller: &Client, token: &str) -> Result<Option<IntrospectResponse>, Fault> {
    let Some(claims) = bearer::claims(core, token) else {
        return Ok(None);
    };
    let concerns = claims.client_id == caller.id.as_str()
        || caller.resource_server.iter().any(|resource| claims.aud.contains(resource));
    if !concerns {
        return Ok(None);
    }
    let holder = standing::holder(core, &claims)?;
    Ok(holder.map(|holder| IntrospectResponse {
        active: true,
        scope: text(holder.scope().to_string()),
        client_id: Some(claims.client_id),
        username: holder.user().map(|user| user.username.clone()),
        token_type: Some("Bearer"),
        exp: Some(claims.exp),
        iat: Some(claims.iat),
        sub: Some(claims.sub),
        aud: Some(claims.aud),
        iss: Some(claims.iss),
        jti: Some(claims.jti),
        auth_time: claims.auth_time,
        acr: claims.acr,
        ..IntrospectResponse::default()
    }))
}

/// A refresh token concerns nobody but its client.
fn refresh_token(core: &Core, caller: &Client, token: &str) -> Result<Option<IntrospectResponse>, Fault> {
    let now = core.clock.now();
    let Some(token) = refresh::parse(&core.ring, token) else {
        return Ok(None);
    };
    let standing = core.store.read(|db| find_standing(db, &digest::grant_id(&token.family), now))?;
    let grace = core.settings.tokens.refresh_grace_seconds;
    let live = standing.filter(|standing| {
        standing.grant.client_id == caller.id
            && standing::is_live(standing, now)
            && standing.grant.judge(token.generation, now, grace) != Presented::Reused
    });
    let registered = registry::registered(core)?;
    Ok(live.map(|standing| {
        let grant = standing.grant;
        let scope = registered.known(&grant.scope.intersection(&caller.scope));
        IntrospectResponse {
            active: true,
            scope: text(scope.to_string()),
            client_id: text(grant.client_id.as_str().to_owned()),
            username: Some(standing.user.username),
            exp: Some(grant.expires_at.unix()),
            iat: Some(grant.rotated_at.unix()),
            sub: Some(grant.user_id.as_str().to_owned()),
            iss: Some(core.settings.issuer.as_str().to_owned()),
            auth_time: Some(grant.auth_time.unix()),
            acr: Some(grant.methods.acr().to_owned()),
            ..IntrospectResponse::default()
        }
    }))
}

fn text(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

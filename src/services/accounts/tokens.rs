//! The tokens of an account session: issued at a mount to the contract's own client, bound to the session.

use std::sync::Arc;

use super::{Caller, Credential, Person, Refusal, person};
use crate::{
    crypto::{digest, refresh as refresh_tokens},
    domain::{
        mount::Mount,
        secret::Secret,
        time::{Seconds, Timestamp},
        user::{User, UserStatus},
    },
    protocol::token::TokenResponse,
    services::{
        core::Core,
        fault::Failure,
        grants::account,
        sessions::{self, Begun},
    },
    store::standing::{Standing, find_standing},
};

/// What a login or a refresh gives.
#[derive(Debug)]
pub struct Tokens {
    pub access_token: Secret<String>,
    /// The one to keep; with static tokens the same again. `None` where the access token renews itself.
    pub refresh_token: Option<Secret<String>>,
    pub expires_in: i64,
    pub expires_at: Timestamp,
}

/// Tokens for a session that has just begun at this mount, and whose they are.
pub async fn open(core: &Core, mount: Arc<Mount>, begun: Begun) -> Result<(Tokens, Person), Refusal> {
    core.run(move |core| {
        let tokens = told(core, account::open(core, &mount, &begun.session, begun.user.clone()))?;
        Ok((tokens, person(core, begun.user)?))
    })
    .await
}

/// By refresh token.
pub async fn refresh(core: &Core, mount: Arc<Mount>, refresh_token: Secret<String>) -> Result<Tokens, Refusal> {
    core.run(move |core| {
        let refreshed = account::refresh(core, &mount, refresh_token.reveal().clone());
        let standing = standing(core, &mount, &refresh_token)?;
        if let Err(Failure::Refused(_)) = &refreshed {
            return Err(why(core, standing.as_ref()));
        }
        if let Some(session) = standing.and_then(|standing| standing.session) {
            sessions::seen(core, &session)?;
        }
        told(core, refreshed)
    })
    .await
}

/// By the access token itself, while it is valid: a new one for the same session, never past the session's end.
pub async fn renew(core: &Core, caller: Caller) -> Result<Tokens, Refusal> {
    core.run(move |core| {
        let account = caller.account(core)?;
        let (Credential::Bearer { mount, .. }, Some(grant)) = (&caller.credential, account.grant) else {
            return Err(Refusal::NotForThisCredential);
        };
        told(core, account::renew(core, mount, grant, account.user))
    })
    .await
}

fn told(core: &Core, answer: Result<TokenResponse, Failure>) -> Result<Tokens, Refusal> {
    match answer {
        Ok(tokens) => Ok(Tokens {
            access_token: Secret::new(tokens.access_token),
            refresh_token: tokens.refresh_token.map(Secret::new),
            expires_in: tokens.expires_in,
            expires_at: core.clock.now().plus(Seconds(tokens.expires_in)),
        }),
        Err(Failure::Refused(_)) => Err(Refusal::InvalidToken),
        Err(Failure::Fault(fault)) => Err(fault.into()),
    }
}

/// What a refresh token of this mount stands on, alive or not.
fn standing(core: &Core, mount: &Mount, token: &Secret<String>) -> Result<Option<Standing>, Refusal> {
    let Some(token) = refresh_tokens::parse(&core.ring, token.reveal()) else {
        return Ok(None);
    };
    let now = core.clock.now();
    let found = core.store.read(|db| find_standing(db, &digest::grant_id(&token.family), now))?;
    Ok(found.filter(|standing| standing.grant.client_id == mount.client_id))
}

/// Why a refresh token was refused. Its holder once signed in, so they may know what became of the account.
fn why(core: &Core, standing: Option<&Standing>) -> Refusal {
    let Some(standing) = standing else {
        return Refusal::InvalidRefreshToken;
    };
    // A session that nobody used is gone after its idle time, before the grant's own end.
    let grant = &standing.grant;
    let idle = core.settings.sessions.lifetime().end(grant.created_at, grant.rotated_at);
    let has_expired = grant.expires_at.min(idle) <= core.clock.now();
    match status(&standing.user) {
        Some(refusal) => refusal,
        None if grant.revoked_at.is_none() && has_expired => Refusal::RefreshTokenExpired,
        None => Refusal::InvalidRefreshToken,
    }
}

fn status(user: &User) -> Option<Refusal> {
    match user.status {
        UserStatus::Active => None,
        UserStatus::Suspended => Some(Refusal::Suspended),
        UserStatus::Disabled => Some(Refusal::Disabled),
    }
}

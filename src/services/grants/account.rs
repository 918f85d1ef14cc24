//! The grants of the account API: opened by a login instead of a code, refreshed like any other.

use std::sync::Arc;

use super::{
    Refreshing, refresh_token,
    tokens::{self, Issuance, Kind},
};
use crate::{
    crypto::{digest, random},
    domain::{
        grant::{Binding, FamilyId, Grant, RefreshToken},
        mount::Mount,
        session::Session,
        time::{Seconds, Timestamp},
        user::User,
    },
    protocol::{claims::ClaimsRequest, scope::Scope, token::TokenResponse},
    services::{
        clients::{self, KnownClient},
        core::Core,
        fault::{Failure, Fault},
    },
    store::grants,
};

/// What the tokens of an account session may do beside the account API: ask `/userinfo` who it is.
pub const SCOPE: &str = "openid profile email";

/// A revoked row stays as long as somebody may look at what happened.
const KEPT: Seconds = Seconds::minutes(11);

/// Opens the grant of a session at a mount, and signs its first tokens.
pub fn open(core: &Core, mount: &Mount, session: &Session, user: User) -> Result<TokenResponse, Failure> {
    let known = client(core, mount)?;
    let press = tokens::press(core)?;
    let token = RefreshToken { family: FamilyId(random::bytes()), generation: 0 };
    let grant = grant(core, mount, session, &token);
    let (now, cap) = (core.clock.now(), core.settings.tokens.grants_per_user_and_client);
    core.store
        .write(|db| {
            grants::insert(db, &grant)?;
            grants::revoke_beyond(db, &grant, cap, now, KEPT)
        })
        .map_err(Fault::from)?;
    tokens::sign(core, &known.client, &issuance(grant, user, Some(token)), &press)
}

/// The next tokens of a refresh token that was issued at this mount.
pub fn refresh(core: &Core, mount: &Mount, refresh_token: String) -> Result<TokenResponse, Failure> {
    let known = client(core, mount)?;
    let request = Refreshing { refresh_token, scope: None, resources: vec![mount.audience.clone()] };
    refresh_token::refresh(core, &known.client, &request, Kind::Account)
}

/// Another access token of a grant that was just found alive. Its session's end is the grant's.
pub fn renew(core: &Core, mount: &Mount, grant: Grant, user: User) -> Result<TokenResponse, Failure> {
    let known = client(core, mount)?;
    tokens::sign(core, &known.client, &issuance(grant, user, None), &tokens::press(core)?)
}

fn issuance(grant: Grant, user: User, refresh: Option<RefreshToken>) -> Issuance {
    Issuance {
        scope: grant.scope.clone(),
        resources: grant.resources.clone(),
        grant,
        user,
        nonce: None,
        refresh,
        kind: Kind::Account,
    }
}

fn grant(core: &Core, mount: &Mount, session: &Session, token: &RefreshToken) -> Grant {
    let now: Timestamp = core.clock.now();
    Grant {
        id: digest::grant_id(&token.family),
        client_id: mount.client_id.clone(),
        user_id: session.user_id.clone(),
        session_id: session.id.clone(),
        binding: Binding::Session,
        scope: Scope::parse(SCOPE).unwrap_or_default(),
        resources: vec![mount.audience.clone()],
        claims: ClaimsRequest::default(),
        auth_time: session.auth_time,
        methods: session.methods,
        generation: 0,
        rotated_at: now,
        created_at: now,
        expires_at: session.created_at.plus(core.settings.sessions.absolute_seconds),
        revoked_at: None,
    }
}

fn client(core: &Core, mount: &Mount) -> Result<Arc<KnownClient>, Fault> {
    let missing = || Fault::Broken(format!("the client {} of the account API is not there", mount.client_id.as_str()));
    clients::find(core, mount.client_id.as_str())?.ok_or_else(missing)
}

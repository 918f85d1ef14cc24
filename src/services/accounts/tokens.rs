//! The tokens of an account session: issued at a mount to the contract's own client, bound to the session.

use std::sync::Arc;

use super::{Caller, Refusal};
use crate::{
    domain::{mount::Mount, secret::Secret, time::Timestamp, user::User},
    services::{core::Core, sessions::Begun, visitor::Visitor},
};

/// What a login or a refresh gives.
#[derive(Debug)]
pub struct Tokens {
    pub access_token: Secret<String>,
    /// The one to keep; at a refresh with static tokens the same again.
    pub refresh_token: Secret<String>,
    pub expires_in: i64,
    pub expires_at: Timestamp,
    pub user: User,
}

/// Tokens for a session that has just begun at this mount.
pub async fn open(core: &Core, mount: Arc<Mount>, begun: Begun) -> Result<Tokens, Refusal> {
    todo!()
}

/// By refresh token: [`Refusal::InvalidRefreshToken`] or [`Refusal::RefreshTokenExpired`] where it is good no more.
pub async fn refresh(
    core: &Core,
    mount: Arc<Mount>,
    refresh_token: Secret<String>,
    visitor: Visitor,
) -> Result<Tokens, Refusal> {
    todo!()
}

/// By the access token itself, while it is valid: a new one for the same session, never past the session's end.
pub async fn renew(core: &Core, caller: Caller) -> Result<Tokens, Refusal> {
    todo!()
}

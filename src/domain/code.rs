//! The authorization code: a sealed letter from `/authorize` to `/token`.

use super::{
    client::ClientId,
    grant::FamilyId,
    ids::{SessionId, UserId},
    time::Timestamp,
};
use crate::protocol::{claims::ClaimsRequest, pkce::Challenge, scope::Scope};

/// What a code says. It is stored nowhere; its family becomes the grant's when it is redeemed,
/// and what it asserts is checked again then against live rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    pub family: FamilyId,
    pub expires_at: Timestamp,
    pub client_id: ClientId,
    pub user_id: UserId,
    pub session_id: SessionId,
    pub scope: Scope,
    pub resources: Vec<String>,
    pub claims: ClaimsRequest,
    /// As the authorization request wrote it; `None` where it left it out.
    pub redirect_uri: Option<String>,
    pub challenge: Option<Challenge>,
    pub nonce: Option<String>,
}

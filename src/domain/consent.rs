//! What a user has allowed a client.

use super::{client::ClientId, ids::UserId, time::Timestamp};
use crate::protocol::{claims::ClaimsRequest, scope::Scope};

/// One row per (user, client): everything allowed so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    pub user_id: UserId,
    pub client_id: ClientId,
    pub scope: Scope,
    /// The single claims that were allowed beside the scopes.
    pub claims: ClaimsRequest,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

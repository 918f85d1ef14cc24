//! Who a user is elsewhere: at an upstream provider, or in a directory.

use super::{ids::UserId, time::Timestamp};

/// An account elsewhere that opens an account here. Known by provider and subject, never by an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub provider: String,
    pub subject: String,
    pub user_id: UserId,
    /// What the provider calls the person, for the settings page.
    pub label: Option<String>,
    pub created_at: Timestamp,
    pub last_used_at: Timestamp,
}

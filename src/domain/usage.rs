//! How much a client is used.

use super::{client::ClientId, time::Timestamp};

/// The tokens of one client in one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    pub client_id: ClientId,
    /// Since 1970-01-01, in UTC.
    pub day: i64,
    pub tokens: i64,
    pub last_at: Timestamp,
}

/// What an administrator sees of one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientUsage {
    /// Each day, since 1970-01-01 in UTC, and its tokens; the oldest first, and days without use with none.
    pub days: Vec<(i64, i64)>,
    /// The last token of the days that are kept.
    pub last_used: Option<Timestamp>,
}

//! API keys: what programs of a user carry instead of a password.

use super::{
    ids::{ApiKeyId, UserId},
    secret::SecretDigest,
    time::Timestamp,
};
use crate::protocol::scope::Scope;

/// One key. The key itself is shown once and kept as a digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub user_id: UserId,
    pub name: String,
    pub description: Option<String>,
    /// The beginning of the key, by which people know it again: `sk_live_3fR`.
    pub prefix: String,
    pub digest: SecretDigest,
    /// The key before the last rotation, while it is still good.
    pub previous: Option<(SecretDigest, Timestamp)>,
    pub scope: Scope,
    pub environment: Environment,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    /// Written at most once a minute.
    pub last_used_at: Option<Timestamp>,
}

/// Whose data a key is meant for; products decide what it means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Environment {
    #[default]
    Live,
    Test,
}

impl Environment {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Live, Self::Test].into_iter().find(|environment| environment.as_str() == text)
    }
}

impl ApiKey {
    /// Whether the key of this digest is good: the current one, or the one before within its grace.
    pub fn is_live(&self, digest: &SecretDigest, now: Timestamp) -> bool {
        let current = self.digest == *digest;
        let previous = self.previous.is_some_and(|(before, until)| before == *digest && until > now);
        (current || previous) && self.expires_at.is_none_or(|end| end > now)
    }
}

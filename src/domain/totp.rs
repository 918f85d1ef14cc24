//! The second factor: time-based one-time passwords (RFC 6238) and the codes for a lost device.

use super::{ids::UserId, time::Timestamp};

/// A user's authenticator. It counts only once a code of it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TotpFactor {
    pub user_id: UserId,
    /// 160 bits (RFC 4226 §4), sealed.
    pub sealed_secret: Vec<u8>,
    pub confirmed_at: Option<Timestamp>,
    /// The newest time step that was accepted: none is accepted twice (RFC 6238 §5.2).
    pub last_step: i64,
    pub created_at: Timestamp,
}

/// 160 bits (RFC 4226 §4).
pub const SECRET_BYTES: usize = 20;

/// RFC 6238 §5.2.
pub const STEP_SECONDS: i64 = 30;

/// How many backup codes a user is given.
pub const BACKUP_CODES: usize = 10;

impl TotpFactor {
    pub const fn is_on(&self) -> bool {
        self.confirmed_at.is_some()
    }
}

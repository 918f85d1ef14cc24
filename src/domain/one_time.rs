//! Tokens that are good once, for one purpose, for one user: in letters, between two steps of a sign-in.

use super::{ids::UserId, secret::SecretDigest, time::Timestamp};

/// A row lives until the token is spent, dead or expired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeToken {
    /// Of the long token, the one in links; the row's key.
    pub digest: SecretDigest,
    pub purpose: Purpose,
    /// `None` for what belongs to nobody: a proof that must not come twice, a pretence.
    pub user_id: Option<UserId>,
    /// The keyed digest of the short code that does the same as the link.
    pub code: Option<SecretDigest>,
    /// What the purpose needs: the address that is confirmed, the door of a sign-in.
    pub payload: Option<String>,
    /// Wrong codes so far.
    pub attempts: i64,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// A token of one purpose is nothing at another's door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The address of the account, or the one it shall have; the payload is the address.
    ConfirmEmail,
    ResetPassword,
    /// The password was right, the second factor is missing.
    SecondFactor,
    /// The password was right, and the deployment demands a second factor that is not there yet.
    Enrolment,
    /// Somebody an administrator has invited chooses a password; the payload is the address.
    Invitation,
    /// Makes the first administrator; belongs to nobody.
    FirstAdministrator,
    /// An upstream's ID token that was accepted and must not come again.
    SpentProof,
}

/// A challenge is dead after so many wrong codes.
pub const MOST_ATTEMPTS: i64 = 5;

impl Purpose {
    const ALL: [Self; 7] = [
        Self::ConfirmEmail,
        Self::ResetPassword,
        Self::SecondFactor,
        Self::Enrolment,
        Self::Invitation,
        Self::FirstAdministrator,
        Self::SpentProof,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ConfirmEmail => "confirm_email",
            Self::ResetPassword => "reset_password",
            Self::SecondFactor => "second_factor",
            Self::Enrolment => "enrolment",
            Self::Invitation => "invitation",
            Self::FirstAdministrator => "first_administrator",
            Self::SpentProof => "spent_proof",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.as_str() == text)
    }
}

impl OneTimeToken {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at > now && self.attempts < MOST_ATTEMPTS
    }
}

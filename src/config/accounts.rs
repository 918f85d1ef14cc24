//! What people may do with accounts by themselves.

use serde::{Deserialize, Serialize};

use super::{Misfit, within};
use crate::domain::time::Seconds;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountSettings {
    /// Whether strangers may register.
    pub registration: Registration,
    /// Whether comind's `check-registration` answers; 404 without.
    pub check_registration: bool,
    /// The name of the organisation that new users join; empty means none.
    pub default_organisation: String,
    /// Life of a confirmation code and its link.
    pub confirm_seconds: Seconds,
    /// Life of a reset link.
    pub reset_seconds: Seconds,
    /// Life of the link by which somebody who is invited chooses a password.
    pub invitation_seconds: Seconds,
    /// Life of the step between the password and the second factor.
    pub challenge_seconds: Seconds,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    Open,
    Closed,
}

impl Default for AccountSettings {
    fn default() -> Self {
        Self {
            registration: Registration::Open,
            check_registration: true,
            default_organisation: String::new(),
            confirm_seconds: Seconds::minutes(15),
            reset_seconds: Seconds::minutes(30),
            invitation_seconds: Seconds::days(7),
            challenge_seconds: Seconds::minutes(5),
        }
    }
}

impl AccountSettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("accounts.confirm_seconds", self.confirm_seconds.0, 60, 86_400)?;
        within("accounts.reset_seconds", self.reset_seconds.0, 60, 86_400)?;
        within("accounts.invitation_seconds", self.invitation_seconds.0, 300, 2_592_000)?;
        within("accounts.challenge_seconds", self.challenge_seconds.0, 30, 3600)
    }
}

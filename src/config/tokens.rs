//! How long codes and tokens live.

use serde::{Deserialize, Serialize};

use super::{Misfit, require, within};
use crate::domain::{grant::GrantLifetime, time::Seconds};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenSettings {
    pub code_seconds: Seconds,
    /// From `/authorize` to the code: sign-in and consent.
    pub interaction_seconds: Seconds,
    pub access_seconds: Seconds,
    pub id_seconds: Seconds,
    /// A refresh token that is not used for this long ends.
    pub refresh_idle_seconds: Seconds,
    /// A grant ends this long after its code was redeemed, used or not.
    pub refresh_absolute_seconds: Seconds,
    /// The previous refresh token gives the same successor for this long.
    pub refresh_grace_seconds: Seconds,
    /// Live grants of one user at one client; beyond it the oldest ends.
    pub grants_per_user_and_client: i64,
}

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            code_seconds: Seconds(60),
            interaction_seconds: Seconds::minutes(15),
            access_seconds: Seconds::hours(1),
            id_seconds: Seconds::hours(1),
            refresh_idle_seconds: Seconds::days(30),
            refresh_absolute_seconds: Seconds::days(180),
            refresh_grace_seconds: Seconds(10),
            grants_per_user_and_client: 100,
        }
    }
}

impl TokenSettings {
    pub const fn grant_lifetime(&self) -> GrantLifetime {
        GrantLifetime { idle: self.refresh_idle_seconds, absolute: self.refresh_absolute_seconds }
    }

    pub(super) fn check(&self) -> Result<(), Misfit> {
        // RFC 6749 §4.1.2: a maximum of 10 minutes is recommended.
        within("tokens.code_seconds", self.code_seconds.0, 5, 600)?;
        within("tokens.interaction_seconds", self.interaction_seconds.0, 60, 86_400)?;
        within("tokens.access_seconds", self.access_seconds.0, 30, 86_400)?;
        within("tokens.id_seconds", self.id_seconds.0, 30, 86_400)?;
        within("tokens.refresh_idle_seconds", self.refresh_idle_seconds.0, 60, LONGEST)?;
        within("tokens.refresh_absolute_seconds", self.refresh_absolute_seconds.0, 60, LONGEST)?;
        within("tokens.refresh_grace_seconds", self.refresh_grace_seconds.0, 0, 300)?;
        within("tokens.grants_per_user_and_client", self.grants_per_user_and_client, 1, 100_000)?;
        require(
            self.refresh_grace_seconds < self.refresh_idle_seconds,
            "tokens.refresh_grace_seconds",
            "must be shorter than tokens.refresh_idle_seconds",
        )?;
        // A redeemed code's row must outlive the code, and be there for ten minutes more to know a replay.
        require(
            self.refresh_idle_seconds >= Seconds(self.code_seconds.0.saturating_add(660)),
            "tokens.refresh_idle_seconds",
            "must exceed tokens.code_seconds by 660",
        )?;
        require(
            self.refresh_idle_seconds <= self.refresh_absolute_seconds,
            "tokens.refresh_idle_seconds",
            "must not exceed tokens.refresh_absolute_seconds",
        )?;
        require(
            self.access_seconds <= self.refresh_absolute_seconds,
            "tokens.access_seconds",
            "must not exceed tokens.refresh_absolute_seconds",
        )
    }
}

/// Ten years.
const LONGEST: i64 = 315_360_000;

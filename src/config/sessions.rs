//! How long a browser stays signed in.

use serde::{Deserialize, Serialize};

use super::{Misfit, require, within};
use crate::domain::{session::SessionLifetime, time::Seconds};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionSettings {
    pub idle_seconds: Seconds,
    pub absolute_seconds: Seconds,
}

impl Default for SessionSettings {
    fn default() -> Self {
        Self { idle_seconds: Seconds::days(14), absolute_seconds: Seconds::days(90) }
    }
}

impl SessionSettings {
    pub const fn lifetime(&self) -> SessionLifetime {
        SessionLifetime { idle: self.idle_seconds, absolute: self.absolute_seconds }
    }

    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("sessions.idle_seconds", self.idle_seconds.0, 60, 34_560_000)?;
        // Browsers keep no cookie longer than 400 days.
        within("sessions.absolute_seconds", self.absolute_seconds.0, 60, 34_560_000)?;
        require(
            self.idle_seconds <= self.absolute_seconds,
            "sessions.idle_seconds",
            "must not exceed sessions.absolute_seconds",
        )
    }
}

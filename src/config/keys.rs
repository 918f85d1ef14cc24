//! The sealing key and the rotation of the signing keys.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Misfit, within};
use crate::domain::{secret::Secret, time::Seconds};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KeySettings {
    /// Holds `sealing.key`.
    pub directory: PathBuf,
    /// The sealing ring's text, from `SIGNET_SEALING_KEY` only: a file of settings is no place for it.
    #[serde(skip)]
    pub sealing_key: Option<Secret<String>>,
    pub rotation_days: i64,
    pub jwks_max_age_seconds: Seconds,
    /// How often a node looks for keys that another has made.
    pub refresh_seconds: Seconds,
}

impl Default for KeySettings {
    fn default() -> Self {
        Self {
            directory: PathBuf::from("keys"),
            sealing_key: None,
            rotation_days: 90,
            jwks_max_age_seconds: Seconds(300),
            refresh_seconds: Seconds(30),
        }
    }
}

impl KeySettings {
    pub fn rotation(&self) -> Seconds {
        Seconds::days(self.rotation_days)
    }

    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("keys.rotation_days", self.rotation_days, 1, 3650)?;
        within("keys.jwks_max_age_seconds", self.jwks_max_age_seconds.0, 0, 86_400)?;
        within("keys.refresh_seconds", self.refresh_seconds.0, 1, 3600)
    }
}

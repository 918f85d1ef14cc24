//! How administrators work.

use serde::{Deserialize, Serialize};

use super::{Misfit, within};
use crate::domain::time::Seconds;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminSettings {
    /// How long a sign-in opens the console; after that it is asked for again.
    pub fresh_seconds: Seconds,
    /// Life of the link that `signet serve` logs while there is no administrator.
    pub first_seconds: Seconds,
}

impl Default for AdminSettings {
    fn default() -> Self {
        Self { fresh_seconds: Seconds::minutes(60), first_seconds: Seconds::hours(24) }
    }
}

impl AdminSettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("admin.fresh_seconds", self.fresh_seconds.0, 60, 86_400)?;
        within("admin.first_seconds", self.first_seconds.0, 300, 604_800)
    }
}

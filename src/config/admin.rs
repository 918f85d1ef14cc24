//! How administrators work.

use serde::{Deserialize, Serialize};

use super::{Misfit, within};
use crate::domain::time::Seconds;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdminSettings {
    /// How long a sign-in opens the console; after that it is asked for again.
    pub fresh_seconds: Seconds,
}

impl Default for AdminSettings {
    fn default() -> Self {
        Self { fresh_seconds: Seconds::minutes(60) }
    }
}

impl AdminSettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("admin.fresh_seconds", self.fresh_seconds.0, 60, 86_400)
    }
}

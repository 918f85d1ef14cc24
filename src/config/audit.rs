//! How long the audit log is kept.

use serde::{Deserialize, Serialize};

use super::{Misfit, within};
use crate::domain::time::Seconds;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditSettings {
    pub keep_days: i64,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self { keep_days: 400 }
    }
}

impl AuditSettings {
    pub const fn keep(&self) -> Seconds {
        Seconds::days(self.keep_days)
    }

    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("audit.keep_days", self.keep_days, 1, 36_500)
    }
}

//! What holds for all OAuth clients.

use serde::{Deserialize, Serialize};

use super::{Misfit, within};
use crate::domain::time::Seconds;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientSettings {
    /// A change by another node or by the command line is seen after at most this long.
    pub cache_seconds: Seconds,
    /// Every client must use PKCE, whatever its registration says.
    pub pkce_required: bool,
}

impl Default for ClientSettings {
    fn default() -> Self {
        Self { cache_seconds: Seconds(2), pkce_required: false }
    }
}

impl ClientSettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("clients.cache_seconds", self.cache_seconds.0, 0, 60)
    }
}

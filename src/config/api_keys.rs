//! API keys that people make on their settings page, and operators at the command line.

use serde::{Deserialize, Serialize};

use super::{Misfit, require};
use crate::domain::api_key::is_prefix;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApiKeySettings {
    /// What such a key begins with.
    pub prefix: String,
}

impl Default for ApiKeySettings {
    fn default() -> Self {
        Self { prefix: "cdt".to_owned() }
    }
}

impl ApiKeySettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        require(is_prefix(&self.prefix), "api_keys.prefix", "must be 2 to 12 letters a-z")
    }
}

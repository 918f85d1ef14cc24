//! API keys that people make on their settings page.

use serde::{Deserialize, Serialize};

use super::{Misfit, require};

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
        let fits = (2..=12).contains(&self.prefix.len()) && self.prefix.bytes().all(|b| b.is_ascii_lowercase());
        require(fits, "api_keys.prefix", "must be 2 to 12 letters a-z")
    }
}

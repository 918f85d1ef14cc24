//! Who must have a second factor.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondFactorSettings {
    /// Whom the deployment demands it of.
    pub required: Required,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Required {
    #[default]
    Nobody,
    /// Administrators of the server and of organisations.
    Admins,
    Everybody,
}

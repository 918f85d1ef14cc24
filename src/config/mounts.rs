//! Where the account API's contracts stand.

use serde::{Deserialize, Serialize};

use super::{Misfit, require};

/// One `[[mounts]]` entry. Without any, each contract stands at its usual path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MountSettings {
    /// `coditect`, `comind`, `datix` or `classic`.
    pub contract: String,
    /// Before the contract's own paths: `/v1`.
    pub path: String,
    /// Answers only under this name.
    #[serde(default)]
    pub host: Option<String>,
    /// Whether somebody whose address is not confirmed may sign in; the contract decides where it is not set.
    #[serde(default)]
    pub unconfirmed_may_sign_in: Option<bool>,
}

impl MountSettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        let path = &self.path;
        let fits = path.starts_with('/')
            && !path.ends_with('/')
            && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_.".contains(&b))
            && !path.contains("//");
        require(fits, "mounts.path", "must begin with / and hold letters, digits, - _ . and / only, such as /v1")?;
        let host = self.host.as_deref().unwrap_or("x");
        let fits = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(&b));
        require(fits, "mounts.host", "must be a host name, with a port if it is not the usual one")
    }
}

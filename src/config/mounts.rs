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

/// Each by itself, and that no two stand at one place.
pub(super) fn check(mounts: &[MountSettings]) -> Result<(), Misfit> {
    for (at, mount) in mounts.iter().enumerate() {
        mount.check()?;
        let taken = mounts.iter().take(at).any(|other| other.path == mount.path && other.host == mount.host);
        require(!taken, "mounts.path", &format!("two contracts cannot stand at {}", mount.path))?;
    }
    Ok(())
}

impl MountSettings {
    fn check(&self) -> Result<(), Misfit> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn mount(path: &str, host: Option<&str>) -> MountSettings {
        let host = host.map(str::to_owned);
        MountSettings { contract: "datix".to_owned(), path: path.to_owned(), host, unconfirmed_may_sign_in: None }
    }

    #[test]
    fn two_contracts_cannot_stand_at_one_place() {
        let twice = [mount("/v1", None), mount("/v1", None)];
        assert!(check(&twice).unwrap_err().reason.contains("/v1"));
        assert!(check(&[mount("/v1", None), mount("/v1", Some("api.datixlab.com"))]).is_ok());
    }
}

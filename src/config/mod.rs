//! Settings as types: defaults < file < environment < flags.

use std::{path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

use crate::domain::time::Seconds;

pub mod accounts;
pub mod admin;
pub mod api_keys;
pub mod audit;
pub mod clients;
pub mod database;
pub mod directories;
pub mod http;
pub mod issuer;
pub mod keys;
pub mod limits;
pub mod log;
pub mod mail;
pub mod mounts;
pub mod network;
pub mod passwords;
pub mod providers;
pub mod second_factor;
pub mod sessions;
pub mod sources;
pub mod tokens;

pub use issuer::Issuer;
pub use sources::{Origin, SettingsError, Sources};

/// Every setting of the server. A value of this type has been checked as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub issuer: Issuer,
    pub http: http::HttpSettings,
    pub database: database::DatabaseSettings,
    pub keys: keys::KeySettings,
    pub tokens: tokens::TokenSettings,
    pub sessions: sessions::SessionSettings,
    pub passwords: passwords::PasswordSettings,
    pub limits: limits::LimitSettings,
    pub clients: clients::ClientSettings,
    pub accounts: accounts::AccountSettings,
    pub second_factor: second_factor::SecondFactorSettings,
    pub api_keys: api_keys::ApiKeySettings,
    pub mail: mail::MailSettings,
    pub mounts: Vec<mounts::MountSettings>,
    pub directories: Vec<directories::DirectorySettings>,
    pub providers: Vec<providers::ProviderSettings>,
    pub admin: admin::AdminSettings,
    pub audit: audit::AuditSettings,
    pub log: log::LogSettings,
    /// The file that was read, if there was one.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

/// A value that does not fit: its setting and the reason.
#[derive(Debug, PartialEq, Eq)]
struct Misfit {
    name: &'static str,
    reason: String,
}

impl Settings {
    /// Reads and checks all sources; the first thing that is wrong is named with its source.
    pub fn load(sources: &Sources) -> Result<Self, SettingsError> {
        sources.read()
    }

    /// A key is published this long before it signs: whoever cached `/jwks` has fetched it by then.
    pub fn publish_ahead(&self) -> Seconds {
        let known = self.keys.jwks_max_age_seconds.0.saturating_add(self.keys.refresh_seconds.0);
        Seconds(known.saturating_add(LATENESS.0))
    }

    /// A key stays in `/jwks` this long after it last signed: until its longest token has ended everywhere.
    pub fn keep_retired(&self) -> Seconds {
        let longest = self.tokens.access_seconds.max(self.tokens.id_seconds);
        Seconds(self.keys.refresh_seconds.0.saturating_add(longest.0).saturating_add(CLOCK_SKEW.0))
    }

    fn check(&self) -> Result<(), Misfit> {
        self.http.check()?;
        self.database.check()?;
        self.keys.check()?;
        self.tokens.check()?;
        self.sessions.check()?;
        self.passwords.check()?;
        self.limits.check()?;
        self.clients.check()?;
        self.accounts.check()?;
        self.api_keys.check()?;
        self.mail.check()?;
        mounts::check(&self.mounts)?;
        directories::DirectorySettings::check_all(&self.directories)?;
        providers::check(&self.providers)?;
        self.admin.check()?;
        self.audit.check()?;
        self.log.check()?;
        let life = self.keys.rotation().0;
        require(
            self.publish_ahead().0.saturating_add(self.keep_retired().0) < life,
            "keys.rotation_days",
            "is shorter than a key needs to be published ahead and kept behind (the caches' and the tokens' lives)",
        )
    }
}

/// Times are whole seconds, and reading the keyring takes a moment, too.
const LATENESS: Seconds = Seconds(5);

/// How far apart the clocks of those who check our tokens may be.
const CLOCK_SKEW: Seconds = Seconds::minutes(5);

/// A setting's length of time for the standard library; a negative one is none.
pub fn duration(length: Seconds) -> Duration {
    Duration::from_secs(u64::try_from(length.0).unwrap_or(0))
}

fn require(holds: bool, name: &'static str, reason: &str) -> Result<(), Misfit> {
    if holds { Ok(()) } else { Err(Misfit { name, reason: reason.to_owned() }) }
}

/// The setting lies between two bounds, both allowed.
fn within(name: &'static str, value: impl TryInto<i64>, from: i64, to: i64) -> Result<(), Misfit> {
    let fits = (from..=to).contains(&value.try_into().unwrap_or(i64::MAX));
    require(fits, name, &format!("must lie between {from} and {to}"))
}

#[cfg(test)]
mod tests;

//! Which database, and how long to wait for it.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Misfit, within};
use crate::domain::time::Seconds;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DatabaseSettings {
    pub url: DatabaseUrl,
    /// Connections: SQLite's read pool beside the one that writes, PostgreSQL's whole pool.
    pub readers: u32,
    /// SQLite's durability.
    pub synchronous: Synchronous,
    /// How long a request waits for a free connection.
    pub wait_milliseconds: u32,
    /// PostgreSQL: how long one statement, or a transaction between statements, may take.
    pub statement_seconds: Seconds,
}

/// `sqlite://path`, `postgres://…` or `postgresql://…`; its `Debug` and `Display` leave out the password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatabaseUrl(String);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be sqlite://path or postgres://user:password@host/name")]
pub struct BadDatabaseUrl;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Synchronous {
    /// A crash of the process loses nothing; a power cut can lose the last moments.
    Normal,
    /// A power cut loses nothing that was acknowledged.
    Full,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: DatabaseUrl("sqlite://data/signet.db".to_owned()),
            readers: 4,
            synchronous: Synchronous::Normal,
            wait_milliseconds: 1000,
            statement_seconds: Seconds(5),
        }
    }
}

impl DatabaseSettings {
    pub fn wait(&self) -> Duration {
        Duration::from_millis(u64::from(self.wait_milliseconds))
    }

    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("database.readers", self.readers, 1, 1000)?;
        within("database.wait_milliseconds", self.wait_milliseconds, 10, 60_000)?;
        within("database.statement_seconds", self.statement_seconds.0, 1, 3600)
    }
}

impl DatabaseUrl {
    pub fn parse(text: &str) -> Option<Self> {
        let fits = match text.split_once("://")? {
            ("sqlite", path) => !path.is_empty(),
            ("postgres" | "postgresql", _) => Url::parse(text).is_ok(),
            _ => false,
        };
        fits.then(|| Self(text.to_owned()))
    }

    /// The whole address, password and all: for the one who connects.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether whoever reads the address can connect.
    pub fn has_password(&self) -> bool {
        self.sqlite_path().is_none()
            && Url::parse(&self.0)
                .is_ok_and(|url| url.password().is_some() || url.query_pairs().any(|(name, _)| name == "password"))
    }

    /// The database file, where it is SQLite.
    pub fn sqlite_path(&self) -> Option<&str> {
        self.0.strip_prefix("sqlite://")
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.sqlite_path().is_some() {
            return f.write_str(&self.0);
        }
        // libpq takes a password from the query, too.
        let shown = Url::parse(&self.0).ok().and_then(|mut url| {
            url.set_password(None).ok()?;
            let kept: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| name != "password").collect();
            url.set_query(None);
            if !kept.is_empty() {
                url.query_pairs_mut().extend_pairs(kept);
            }
            Some(url.to_string())
        });
        f.write_str(shown.as_deref().unwrap_or("postgres://…"))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = BadDatabaseUrl;

    fn try_from(text: String) -> Result<Self, BadDatabaseUrl> {
        Self::parse(&text).ok_or(BadDatabaseUrl)
    }
}

impl From<DatabaseUrl> for String {
    fn from(url: DatabaseUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_printed_address_has_no_password() {
        for text in ["postgres://signet:hunter2@db/signet", "postgresql://db/signet?user=signet&password=hunter2"] {
            let url = DatabaseUrl::parse(text).unwrap();
            assert!(!format!("{url} {url:?}").contains("hunter2"), "{url}");
            assert_eq!(url.as_str(), text);
            assert!(url.has_password());
        }
    }

    #[test]
    fn only_known_databases_are_addresses() {
        for text in ["mysql://x/y", "data/signet.db", "sqlite://", "host=db dbname=signet"] {
            assert_eq!(DatabaseUrl::parse(text), None, "{text}");
        }
        let url = DatabaseUrl::parse("sqlite:///var/lib/signet/signet.db").unwrap();
        assert_eq!(url.sqlite_path(), Some("/var/lib/signet/signet.db"));
    }
}

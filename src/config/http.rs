//! Where the server listens and what it admits.

use std::{net::SocketAddr, path::PathBuf};

use serde::{Deserialize, Serialize};

use super::{Misfit, network::Network, require, within};
use crate::domain::time::Seconds;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct HttpSettings {
    pub listen: SocketAddr,
    /// 0 means one per core.
    pub workers: usize,
    /// PEM; with `tls_key`, the server speaks TLS itself.
    #[serde(with = "or_empty")]
    pub tls_certificate: Option<PathBuf>,
    #[serde(with = "or_empty")]
    pub tls_key: Option<PathBuf>,
    /// Only their forwarded headers count.
    pub trusted_proxies: Vec<Network>,
    pub body_limit_bytes: usize,
    /// Threads for queries and signatures; 0 means one per core on SQLite, eight on PostgreSQL.
    pub threads: usize,
    /// Requests that may wait for a thread; beyond it 503.
    pub admission: usize,
    /// How long requests under way may take when the server stops.
    pub shutdown_seconds: Seconds,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            workers: 0,
            tls_certificate: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            body_limit_bytes: 65_536,
            threads: 0,
            admission: 256,
            shutdown_seconds: Seconds(10),
        }
    }
}

impl HttpSettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("http.workers", self.workers, 0, 1024)?;
        within("http.body_limit_bytes", self.body_limit_bytes, 8192, 1_048_576)?;
        within("http.threads", self.threads, 0, 1024)?;
        within("http.admission", self.admission, 1, 1_000_000)?;
        within("http.shutdown_seconds", self.shutdown_seconds.0, 0, 3600)?;
        require(
            self.tls_certificate.is_some() || self.tls_key.is_none(),
            "http.tls_certificate",
            "is missing: http.tls_key is set",
        )?;
        require(
            self.tls_key.is_some() || self.tls_certificate.is_none(),
            "http.tls_key",
            "is missing: http.tls_certificate is set",
        )
    }
}

/// TOML has no null: an empty text stands for no path.
mod or_empty {
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde's `with` passes a reference to the field")]
    pub(super) fn serialize<S: Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
        path.as_deref().unwrap_or(Path::new("")).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
        let path = PathBuf::deserialize(from)?;
        Ok(Some(path).filter(|path| !path.as_os_str().is_empty()))
    }
}

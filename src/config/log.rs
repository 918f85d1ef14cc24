//! What is logged, and how.

use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;

use super::Misfit;

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    pub format: Format,
    /// Directives of tracing-subscriber, such as `info` or `info,signet=debug`.
    pub filter: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Text,
    Json,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { format: Format::Text, filter: "info,actix_server=warn".to_owned() }
    }
}

impl LogSettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        EnvFilter::try_new(&self.filter)
            .map(drop)
            .map_err(|reason| Misfit { name: "log.filter", reason: reason.to_string() })
    }
}

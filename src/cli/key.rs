//! `signet key …`: the keys that sign tokens.

use std::fmt;

use clap::Subcommand;
use serde::Serialize;

use super::{
    CommandError, operator,
    output::{Output, Table},
};
use crate::{
    domain::{key::SigningKey, time::Timestamp},
    services::{admin::keys, core::Core},
};

#[derive(Clone, Debug, Subcommand)]
#[command(after_help = "Examples:
  signet key list
  signet key rotate
  signet key revoke 3oRk…

A key's life is next, active, retired, gone. /jwks shows the first three, so that no validation fails during a \
rotation. The server rotates by itself (keys.rotation_days).")]
pub enum KeyCommand {
    /// Show every key with its state and times
    #[command(after_help = "Example:\n  signet key list --json")]
    List,
    /// Begin a rotation now: the new key is published at once, and signs when every cache can know it
    #[command(after_help = "Example:
  signet key rotate

The new key signs after keys.jwks_max_age_seconds + keys.refresh_seconds + 5 s. Started twice, it is one rotation.")]
    Rotate,
    /// Emergency: make a key worthless. Every token that it signed stops validating
    #[command(after_help = "Example:
  signet key revoke 3oRkD1x…

Servers that run notice within keys.refresh_seconds, resource servers that keep a copy of /jwks when it ends \
(keys.jwks_max_age_seconds). If it was the only active key, the next one signs at once, and they may refuse its tokens \
until then.")]
    Revoke {
        /// The key's id, as `key list` shows it
        kid: String,
    },
}

#[derive(Serialize)]
struct KeyShape {
    kid: String,
    algorithm: String,
    state: &'static str,
    created_at: String,
    activates_at: String,
    retires_at: Option<String>,
    gone_at: Option<String>,
}

#[derive(Serialize)]
struct KeyList {
    keys: Vec<KeyShape>,
}

/// One key, and what was done to it.
#[derive(Serialize)]
struct KeyAct {
    #[serde(flatten)]
    key: KeyShape,
    #[serde(skip)]
    sentence: String,
}

impl KeyCommand {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        // Of the moment after: making a key takes its time.
        let shape = |key: &SigningKey| shape(key, core.clock.now());
        match self {
            Self::List => {
                let keys = keys::list(core, &operator()).await?;
                output.answer(&KeyList { keys: keys.iter().map(shape).collect() })?;
            }
            Self::Rotate => {
                let key = keys::rotate(core, &operator()).await?;
                let sentence = format!("Key {} is published and signs from {}.", key.kid, key.activates_at.rfc3339());
                output.answer(&KeyAct { key: shape(&key), sentence })?;
            }
            Self::Revoke { kid } => {
                let key = keys::revoke(core, &operator(), &kid).await?;
                let sentence = format!(
                    "Key {} is revoked. Servers that run notice within {} s; then nothing that it signed validates any more.",
                    key.kid, core.settings.keys.refresh_seconds.0
                );
                output.answer(&KeyAct { key: shape(&key), sentence })?;
            }
        }
        Ok(())
    }
}

fn shape(key: &SigningKey, now: Timestamp) -> KeyShape {
    KeyShape {
        kid: key.kid.clone(),
        algorithm: key.algorithm.clone(),
        state: key.state(now).as_str(),
        created_at: key.created_at.rfc3339(),
        activates_at: key.activates_at.rfc3339(),
        retires_at: key.retires_at.map(Timestamp::rfc3339),
        gone_at: key.gone_at.map(Timestamp::rfc3339),
    }
}

impl fmt::Display for KeyList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["KEY", "ALGORITHM", "STATE", "SIGNS FROM", "SIGNS UNTIL", "GONE"]);
        for key in &self.keys {
            let (until, gone) = (key.retires_at.as_deref().unwrap_or("-"), key.gone_at.as_deref().unwrap_or("-"));
            table.row(&[&key.kid, &key.algorithm, &key.state, &key.activates_at, &until, &gone]);
        }
        table.fmt(f)
    }
}

impl fmt::Display for KeyAct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

//! `signet migrate`: brings the schema up to date.

use std::fmt;

use clap::Args;
use serde::Serialize;

use super::{CommandError, output::Output};
use crate::{
    services::fault::Fault,
    store::{migrations, pool::Store},
};

/// Bring the database's schema up to date
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "Examples:
  signet migrate
  signet migrate --json

Safe to run again, and from several nodes at once: one does it, the others wait. SQLite never needs it: \
`serve` and `dev` do it at their start.")]
pub struct MigrateArgs {}

#[derive(Serialize)]
struct Migrated {
    applied: Vec<String>,
}

impl MigrateArgs {
    pub fn run(self, store: &Store, output: &mut Output) -> Result<(), CommandError> {
        let applied = migrations::run(store).map_err(Fault::from)?;
        Ok(output.answer(&Migrated { applied })?)
    }
}

impl fmt::Display for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.applied.is_empty() {
            return f.write_str("The schema is up to date.");
        }
        self.applied.iter().try_for_each(|name| writeln!(f, "applied {name}"))
    }
}

//! `signet purge`: deletes what has expired, now.

use clap::Args;

use super::{CommandError, output::Output, shape::PurgedShape};
use crate::services::{admin::purge, core::Core};

/// Delete now what has expired: sessions, grants, secrets, API keys, letters, audit entries
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "Examples:
  signet purge
  signet purge --json

The server does the same by itself all the time, in small batches; nothing that is still of use is deleted.")]
pub struct PurgeArgs {}

impl PurgeArgs {
    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        let purged = purge::expired(core).await?;
        Ok(output.answer(&PurgedShape::from(purged))?)
    }
}

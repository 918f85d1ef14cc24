//! `signet doctor`: what is wrong with this installation, and what to do about it.

use std::fmt;

use clap::Args;

use super::{CommandError, output::Output};
use crate::{
    config::{Settings, Sources},
    services::doctor::{self, Report, Status},
};

/// Check the configuration, the database, the keys, mail, directories, the issuer, the clock and file modes
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "Examples:
  signet doctor
  signet doctor --config /etc/signet/signet.toml --json

It changes nothing, and may run beside the server. Each line is ok, a warning or an error, with what to do. The exit \
code is 1 if there is an error.")]
pub struct DoctorArgs {}

impl DoctorArgs {
    pub async fn run(self, sources: &Sources, output: &mut Output) -> Result<(), CommandError> {
        let report = match Settings::load(sources) {
            Ok(settings) => doctor::examine(settings).await?,
            Err(wrong) => {
                let mut report = Report::default();
                report.error("configuration", wrong, "correct it; docs/configuration.md lists every setting");
                report
            }
        };
        output.answer(&report)?;
        if report.worst() == Status::Error { Err(CommandError::Told) } else { Ok(()) }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(f, "{:8} {}: {}", finding.status.as_str(), finding.check, finding.message)?;
            if let Some(advice) = &finding.advice {
                writeln!(f, "         → {advice}")?;
            }
        }
        Ok(())
    }
}

//! `signet doctor`: what is wrong with this installation, and what to do about it.

use std::fmt;

use clap::Args;
use serde::Serialize;
use tokio::task::spawn_blocking;

use super::{CommandError, output::Output};
use crate::{
    config::{Settings, Sources},
    services::{clock::Clock, fault::Fault},
};

mod database;
mod directories;
mod files;
mod issuer;
mod keys;
mod mail;

/// Check the configuration, the database, the keys, mail, directories, the issuer, the clock and file modes
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "Examples:
  signet doctor
  signet doctor --config /etc/signet/signet.toml --json

It changes nothing, and may run beside the server. Each line is ok, a warning or an error, with what to do. The exit \
code is 1 if there is an error.")]
pub struct DoctorArgs {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warning,
    Error,
}

/// One line of the report.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    status: Status,
    message: String,
    /// What to do about it.
    advice: Option<String>,
}

/// What was found, in the order in which it was looked at.
#[derive(Debug, Default, Serialize)]
struct Report {
    findings: Vec<Finding>,
}

impl DoctorArgs {
    pub async fn run(self, sources: &Sources, output: &mut Output) -> Result<(), CommandError> {
        let mut report = Report::default();
        match Settings::load(sources) {
            Ok(settings) => examine(settings, &mut report).await?,
            Err(wrong) => {
                report.error("configuration", wrong, "correct it; docs/configuration.md lists every setting");
            }
        }
        output.answer(&report)?;
        if report.worst() == Status::Error { Err(CommandError::Told) } else { Ok(()) }
    }
}

async fn examine(settings: Settings, report: &mut Report) -> Result<(), Fault> {
    configuration(&settings, report);
    let offline = settings.clone();
    let found = spawn_blocking(move || {
        let mut report = Report::default();
        files::check(&offline, &mut report);
        database::check(&offline, &mut report);
        report
    });
    let found = found.await.map_err(|stopped| Fault::Broken(stopped.to_string()))?;
    report.findings.extend(found.findings);
    mail::check(&settings, report).await;
    directories::check(&settings, report).await;
    issuer::check(&settings.issuer, &Clock::System, report).await;
    Ok(())
}

fn configuration(settings: &Settings, report: &mut Report) {
    let from = settings.file.as_ref().map_or_else(
        || "no settings file; defaults and environment".to_owned(),
        |file| format!("{} is sound", file.display()),
    );
    report.ok("configuration", from);
    if settings.issuer.is_plain_loopback() {
        report.warning(
            "configuration",
            format!("the issuer {} can be used on this machine only", settings.issuer),
            "for production set `issuer` to the https address that users' browsers reach",
        );
    }
}

impl Report {
    fn ok(&mut self, check: &'static str, message: impl fmt::Display) {
        self.add(check, Status::Ok, &message, None);
    }

    fn warning(&mut self, check: &'static str, message: impl fmt::Display, advice: impl Into<String>) {
        self.add(check, Status::Warning, &message, Some(advice.into()));
    }

    fn error(&mut self, check: &'static str, message: impl fmt::Display, advice: impl Into<String>) {
        self.add(check, Status::Error, &message, Some(advice.into()));
    }

    /// One finding is one line, however many a database writes.
    fn add(&mut self, check: &'static str, status: Status, message: &dyn fmt::Display, advice: Option<String>) {
        let message = message.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        self.findings.push(Finding { check, status, message, advice });
    }

    fn worst(&self) -> Status {
        self.findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Ok)
    }
}

impl Status {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
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

#[cfg(test)]
mod tests;

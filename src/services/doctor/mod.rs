//! The doctor: what is wrong with this installation, and what to do about it. It changes nothing.

use std::{fmt, time::Duration};

use serde::Serialize;
use tokio::{sync::Mutex, task::spawn_blocking, time::timeout};

use super::{clock::Clock, core::Core, fault::Fault};
use crate::{
    config::Settings,
    domain::time::{Seconds, Timestamp},
};

mod database;
mod directories;
mod files;
mod issuer;
mod keys;
mod mail;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Ok,
    Warning,
    Error,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    pub check: &'static str,
    pub status: Status,
    pub message: String,
    /// What to do about it.
    pub advice: Option<String>,
}

/// The last look of this node, for [`lately`].
#[derive(Default)]
pub struct Examined(Mutex<Option<(Timestamp, Vec<Finding>)>>);

const KEPT: Seconds = Seconds::minutes(1);

/// A page waits for it.
const LONGEST: Duration = Duration::from_secs(4);

/// What was found, in the order in which it was looked at.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub findings: Vec<Finding>,
}

/// Looks at everything that the settings name; asks the mail server, the directories and the issuer.
pub async fn examine(settings: Settings) -> Result<Report, Fault> {
    let mut report = Report::default();
    configuration(&settings, &mut report);
    let offline = settings.clone();
    let found = spawn_blocking(move || {
        let mut report = Report::default();
        files::check(&offline, &mut report);
        database::check(&offline, &mut report);
        report
    });
    let found = found.await.map_err(|stopped| Fault::Broken(stopped.to_string()))?;
    report.findings.extend(found.findings);
    mail::check(&settings, &mut report).await;
    directories::check(&settings, &mut report).await;
    issuer::check(&settings.issuer, &Clock::System, &mut report).await;
    Ok(report)
}

/// What is not well, as it was found a minute ago at most: asking mail servers and directories takes its time.
pub async fn lately(core: &Core) -> Result<Vec<Finding>, Fault> {
    let now = core.clock.now();
    let mut kept = core.examined.0.lock().await;
    if let Some((_, findings)) = kept.as_ref().filter(|(at, _)| now.since(*at) < KEPT) {
        return Ok(findings.clone());
    }
    let found = match timeout(LONGEST, examine(core.settings.clone())).await {
        Ok(report) => report?.findings,
        Err(_) => vec![too_slow()],
    };
    let unwell: Vec<_> = found.into_iter().filter(|finding| finding.status != Status::Ok).collect();
    *kept = Some((now, unwell.clone()));
    Ok(unwell)
}

fn too_slow() -> Finding {
    Finding {
        check: "doctor",
        status: Status::Warning,
        message: format!("the checks took longer than {} s", LONGEST.as_secs()),
        advice: Some("run `signet doctor`: the mail server, a directory or the issuer hangs".to_owned()),
    }
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

    pub fn error(&mut self, check: &'static str, message: impl fmt::Display, advice: impl Into<String>) {
        self.add(check, Status::Error, &message, Some(advice.into()));
    }

    /// One finding is one line, however many a database writes.
    fn add(&mut self, check: &'static str, status: Status, message: &dyn fmt::Display, advice: Option<String>) {
        let message = message.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
        self.findings.push(Finding { check, status, message, advice });
    }

    pub fn worst(&self) -> Status {
        self.findings.iter().map(|finding| finding.status).max().unwrap_or(Status::Ok)
    }
}

impl Status {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

#[cfg(test)]
mod tests;

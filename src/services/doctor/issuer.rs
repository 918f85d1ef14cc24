//! The issuer as the world sees it, and this machine's clock against its answer.

use std::time::Duration;

use chrono::DateTime;
use serde_json::Value;

use super::Report;
use crate::{
    config::Issuer,
    domain::time::Timestamp,
    outbound::fetch::{self, FetchError, Fetched, Limits},
    services::clock::Clock,
};

/// Tokens live by the second: more than this is worth a look.
const TOLERATED_SECONDS: u64 = 5;

pub(super) async fn check(issuer: &Issuer, clock: &Clock, report: &mut Report) {
    let url = issuer.url("/.well-known/openid-configuration");
    let answer = fetch::configured(&url, Limits { time: Duration::from_secs(5), bytes: 262_144 }).await;
    let now = clock.now();
    match answer {
        Ok(answer) => {
            judge(issuer, &url, &answer, report);
            check_clock(&answer, now, report);
        }
        Err(FetchError::NoConnection(reason)) if issuer.is_plain_loopback() => {
            report.warning("issuer", format!("{url}: {reason}"), "start the server: nothing listens there");
        }
        Err(reason) => report.error(
            "issuer",
            format!("{url}: {reason}"),
            "start the server, and see that name, proxy and certificate of the issuer lead to it",
        ),
    }
}

fn judge(issuer: &Issuer, url: &str, answer: &Fetched, report: &mut Report) {
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match document.get("issuer").and_then(Value::as_str) {
        Some(name) if answer.status == 200 && name == issuer.as_str() => {
            report.ok("issuer", format!("{issuer} is reachable"));
        }
        Some(name) if answer.status == 200 => report.error(
            "issuer",
            format!("{url} names the issuer {name}, not {issuer}"),
            "give the server that answers there this `issuer`, or correct it here",
        ),
        _ => report.error(
            "issuer",
            format!("{url} answers {} without a discovery document", answer.status),
            "see that the proxy passes the issuer's whole path to this server",
        ),
    }
}

fn check_clock(answer: &Fetched, now: Timestamp, report: &mut Report) {
    let date = answer.date.as_deref().and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    let Some(date) = date else {
        report.warning("clock", "the issuer's answer has no date to compare with", "see that this machine runs NTP");
        return;
    };
    let apart = date.timestamp().abs_diff(now.unix());
    if apart > TOLERATED_SECONDS {
        report.warning("clock", format!("{apart} s away from the issuer's answer"), "see that both machines run NTP");
    } else {
        report.ok("clock", "agrees with the issuer's answer");
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Status, *};

    const ISSUER: &str = "https://login.example.com/auth";

    fn answer(status: u16, body: &str) -> Fetched {
        let date = Some("Fri, 09 Jan 2026 11:30:00 GMT".to_owned());
        Fetched { status, date, body: body.as_bytes().to_vec() }
    }

    fn status(status: u16, body: &str) -> Status {
        let mut report = Report::default();
        judge(&Issuer::parse(ISSUER).unwrap(), "url", &answer(status, body), &mut report);
        report.worst()
    }

    #[test]
    fn another_issuers_document_is_an_error() {
        assert_eq!(status(200, r#"{"issuer":"https://login.example.com/auth"}"#), Status::Ok);
        assert_eq!(status(200, r#"{"issuer":"https://login.example.com"}"#), Status::Error);
        assert_eq!(status(502, r#"{"issuer":"https://login.example.com/auth"}"#), Status::Error);
        assert_eq!(status(200, "<html>"), Status::Error);
    }

    #[test]
    fn a_clock_may_be_five_seconds_off() {
        let status = |now| {
            let mut report = Report::default();
            check_clock(&answer(200, ""), Timestamp::from_unix(now), &mut report);
            report.worst()
        };
        assert_eq!(status(1_767_958_205), Status::Ok);
        assert_eq!(status(1_767_958_194), Status::Warning);
        assert_eq!(status(1_767_958_206), Status::Warning);
    }
}

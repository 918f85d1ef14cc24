//! `signet doctor`: what is wrong, and what to do about it.

use std::{fs, os::unix::fs::PermissionsExt};

use serde_json::Value;

use crate::program::{Installation, Ran};

/// Every finding as `check status`.
fn findings(ran: &Ran) -> Vec<String> {
    let report = ran.json();
    let line = |finding: &Value| {
        let text = |name: &str| finding[name].as_str().unwrap().to_owned();
        assert!(finding["status"] == "ok" || finding["advice"].is_string(), "what to do about it? {finding}");
        format!("{} {}", text("check"), text("status"))
    };
    report["findings"].as_array().unwrap().iter().map(line).collect()
}

fn examine(installation: &Installation) -> (Option<i32>, Vec<String>) {
    let ran = installation.run(&["doctor", "--json"]);
    (ran.code, findings(&ran))
}

#[tokio::test]
async fn a_running_installation_is_healthy() {
    let mut installation = Installation::fresh();
    let running = installation.serve().await;
    let (code, found) = examine(&installation);
    let modes = if installation.is_sqlite() { 2 } else { 0 };
    let mut expected = vec!["configuration ok", "configuration warning"];
    expected.extend(std::iter::repeat_n("file modes ok", modes));
    expected.extend(["database ok", "migrations ok", "sealing key ok", "signing keys ok", "mail warning"]);
    expected.extend(["issuer ok", "clock ok"]);
    assert_eq!((code, found), (Some(0), expected.into_iter().map(str::to_owned).collect()));
    let words = installation.run(&["doctor"]);
    assert!(words.expect_success().stdout.contains("issuer"), "{words:?}");

    drop(running);
    let (code, found) = examine(&installation);
    assert!(code == Some(0) && found.contains(&"issuer warning".to_owned()), "{found:?}");
}

#[tokio::test]
async fn a_wrong_sealing_key_is_an_error() {
    let mut installation = Installation::fresh();
    drop(installation.serve().await);
    let other = signet::crypto::seal::SealingRing::generate();
    installation.set("SIGNET_SEALING_KEY", other.reveal());
    let (code, found) = examine(&installation);
    assert!(code == Some(1) && found.contains(&"sealing key error".to_owned()), "{found:?}");
}

#[tokio::test]
async fn a_sealing_key_that_everybody_may_read_is_an_error() {
    let mut installation = Installation::fresh();
    drop(installation.serve().await);
    if !installation.is_sqlite() {
        return;
    }
    fs::set_permissions(installation.sealing_file(), fs::Permissions::from_mode(0o644)).unwrap();
    let (code, found) = examine(&installation);
    assert!(code == Some(1) && found.contains(&"file modes error".to_owned()), "{found:?}");
}

#[test]
fn a_wrong_setting_is_named_with_its_source() {
    let mut installation = Installation::fresh();
    installation.set("SIGNET_HTTP__WORKERS", "many");
    let ran = installation.run(&["doctor", "--json"]);
    assert_eq!((ran.code, findings(&ran)), (Some(1), vec!["configuration error".to_owned()]));
    assert!(ran.stdout.contains("SIGNET_HTTP__WORKERS"), "{ran:?}");
}

#[test]
fn a_database_that_is_away_or_new_is_told_apart_and_nothing_is_made() {
    let mut installation = Installation::fresh();
    let (code, found) = examine(&installation);
    if installation.is_sqlite() {
        assert!(code == Some(0) && found.contains(&"database warning".to_owned()), "{found:?}");
        assert!(!installation.sealing_file().exists());
    } else {
        assert!(code == Some(1) && found.contains(&"migrations error".to_owned()), "{found:?}");
    }
    // Port 1 of the loopback refuses.
    installation.set("SIGNET_DATABASE__URL", "postgres://signet:top-secret@127.0.0.1:1/signet");
    let ran = installation.run(&["doctor", "--json"]);
    assert!(ran.code == Some(1) && findings(&ran).contains(&"database error".to_owned()), "{ran:?}");
    assert!(!ran.stdout.contains("top-secret") && !ran.stderr.contains("top-secret"), "{ran:?}");
}

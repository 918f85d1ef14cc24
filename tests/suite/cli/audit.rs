//! `signet audit`: beside nobody, on the database alone.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::{
    program::{Installation, PATIENCE},
    tables::Tables,
};

/// With what making two users and a key leaves in the log.
fn installation() -> Installation {
    let installation = Installation::fresh();
    installation.run(&["migrate"]).expect_success();
    for name in ["alice", "bob"] {
        let email = format!("{name}@example.com");
        installation
            .run_with(&["user", "create", "--email", &email, "--password-stdin"], "correct horse battery")
            .expect_success();
        installation.run(&["api-key", "create", "--user", name, "--name", "Nightly"]).expect_success();
    }
    installation
        .run_with(&["user", "set-password", "alice", "--password-stdin"], "battery horse correct")
        .expect_success();
    installation
}

fn json(installation: &Installation, command: &[&str]) -> Value {
    installation.run(&[&["audit"], command, &["--json"]].concat()).expect_success().json()
}

fn exported(installation: &Installation, more: &[&str]) -> Vec<Value> {
    let ran = installation.run(&[&["audit", "export"], more].concat());
    ran.expect_success()
        .stdout
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn tables(installation: &Installation) -> Tables {
    Tables::open(&installation.environment()["SIGNET_DATABASE__URL"])
}

#[test]
fn the_log_is_listed_by_who_and_what() {
    let installation = installation();
    let count = |more: &[&str]| json(&installation, &[&["list"], more].concat())["events"].as_array().unwrap().len();
    let all = count(&[]);
    assert!(all >= 3);
    assert_eq!(count(&["--actor", "operator"]), all);
    assert_eq!(count(&["--action", "create_api_key"]), 2);
    assert_eq!(count(&["--action", "create_api_key", "--user", "bob@example.com"]), 1);
    assert_eq!(count(&["--user", "bob", "--action", "set_password"]), 0);
    assert_eq!(count(&["--actor", "alice"]), 0);
    assert_eq!(count(&["--outcome", "refused"]), 0);
    assert_eq!(count(&["--until", "2020-01-01"]), 0);
    assert_eq!(count(&["--from", "2020-01-01T00:00:00+01:00"]), all);

    let first = json(&installation, &["list", "--limit", "1"]);
    let next = first["next"].as_str().unwrap();
    assert_eq!(count(&["--after", next]), all - 1);
    let words = installation.run(&["audit", "list", "--limit", "1"]).expect_success().stdout.clone();
    assert!(words.contains("operator") && words.contains(&format!("--after {next}")), "{words}");

    installation.run(&["audit", "list", "--user", "nobody"]).expect_failure(1, "there is no user nobody");
    installation.run(&["audit", "list", "--action", "sing"]).expect_failure(2, "create_client");
    installation.run(&["audit", "list", "--from", "yesterday"]).expect_failure(2, "2026-01-31");
}

/// What an attacker put into the log does not act on the terminal of who reads it.
#[test]
fn an_entry_does_not_move_the_cursor() {
    let installation = installation();
    tables(&installation).execute("UPDATE audit_events SET detail = 'a\u{1b}[2Jb' WHERE action = 'set_password'");
    let words = installation.run(&["audit", "list"]).expect_success().stdout.clone();
    assert!(words.contains("a\u{fffd}[2Jb") && !words.contains('\u{1b}'), "{words}");
}

#[test]
fn an_export_is_lines_of_json_and_goes_on() {
    let installation = installation();
    let lines = exported(&installation, &[]);
    assert_eq!(
        lines.len(),
        json(&installation, &["list"])["events"].as_array().unwrap().len(),
        "what waited is chained"
    );
    assert_eq!(lines[0]["position"], 1);
    assert_eq!(lines[0]["link"].as_str().unwrap().len(), 44);
    assert_eq!(exported(&installation, &["--after", "1"]), lines[1..]);
    assert_eq!(exported(&installation, &["--action", "set_password"]).len(), 1);
}

#[test]
fn verify_says_where_the_log_is_broken_and_fails() {
    let installation = installation();
    let waits = json(&installation, &["verify"]);
    assert_eq!((&waits["finding"], &waits["verified"]), (&"intact".into(), &0.into()));
    let entries = exported(&installation, &[]).len();
    let whole = json(&installation, &["verify"]);
    assert_eq!(
        (&whole["finding"], &whole["verified"], &whole["waiting"]),
        (&"intact".into(), &entries.into(), &0.into())
    );
    let words = installation.run(&["audit", "verify"]).expect_success().stdout.clone();
    assert!(words.contains("The log is intact"), "{words}");

    tables(&installation).execute("UPDATE audit_events SET actor = 'anonymous' WHERE position = 2");
    let ran = installation.run(&["audit", "verify", "--json"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""));
    let told: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!((&told["finding"], &told["position"], &told["verified"]), (&"broken".into(), &2.into(), &1.into()));
    let words = installation.run(&["audit", "verify"]);
    assert!(words.code == Some(1) && words.stdout.contains("broken at place 2"), "{words:?}");
}

/// The server chains by itself.
#[tokio::test]
async fn a_running_server_chains_what_waits() {
    let mut installation = installation();
    let _running = installation.serve().await;
    let mut tables = tables(&installation);
    let waits = "SELECT COUNT(*) AS number FROM audit_events WHERE position IS NULL";
    let began = Instant::now();
    while tables.number(waits) > 0 {
        assert!(began.elapsed() < PATIENCE, "nothing was chained");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(json(&installation, &["verify"])["finding"], "intact");
}

//! What commands print, and how they end: 0 done, 1 not done, 2 not typed right.

use serde_json::Value;

use crate::{
    harness::PASSWORD,
    program::{Installation, Ran},
};

fn migrated() -> Installation {
    let installation = Installation::fresh();
    installation.run(&["migrate"]).expect_success();
    installation
}

const NEW_USER: [&str; 7] = ["user", "create", "--email", "alice@example.com", "--name", "Alice", "--password-stdin"];
const NEW_CLIENT: [&str; 6] = ["client", "create", "--name", "My app", "--redirect-uri", "https://app.example/cb"];

fn json(installation: &Installation, command: &[&str]) -> Value {
    let ran = installation.run_with(&[command, &["--json"]].concat(), PASSWORD);
    ran.expect_success().json()
}

/// One document on standard output, for every command; and the same command has words for people.
#[test]
fn every_command_answers_in_json_and_in_words() {
    let installation = migrated();
    assert_eq!(json(&installation, &["migrate"])["applied"], Value::Array(vec![]));
    let user = json(&installation, &NEW_USER);
    assert!(user["id"].as_str().unwrap().starts_with("usr_"));
    assert_eq!((&user["email_verified"], &user["status"]), (&true.into(), &"active".into()));
    let client = json(&installation, &NEW_CLIENT);
    let id = client["client_id"].as_str().unwrap();
    assert_eq!(json(&installation, &["key", "rotate"])["state"], "active");

    let api = "https://api.example";
    let commands: [&[&str]; 18] = [
        &["resource", "create", api, "--name", "The API"],
        &["resource", "list"],
        &["scope", "create", "api:read", "--description", "Read", "--resource", api],
        &["scope", "list"],
        &["scope", "delete", "api:read"],
        &["resource", "delete", api],
        &["user", "list", "--search", "alice"],
        &["user", "show", "alice"],
        &["user", "suspend", "alice@example.com"],
        &["user", "activate", "alice"],
        &["user", "set-password", "alice", "--password-stdin"],
        &["client", "list", "--limit", "1"],
        &["client", "show", id],
        &["client", "update", id, "--name", "New name"],
        &["client", "rotate-secret", id],
        &["key", "list"],
        &["key", "rotate"],
        &["purge"],
    ];
    for command in commands {
        let answer = json(&installation, command);
        assert!(answer.is_object(), "{command:?}: {answer}");
        if command.contains(&"create") || command.contains(&"delete") {
            continue;
        }
        let words = installation.run_with(command, PASSWORD);
        assert!(!words.expect_success().stdout.trim().is_empty() && !words.stdout.starts_with('{'), "{words:?}");
    }
    assert_eq!(json(&installation, &["client", "delete", id])["deleted"], id);
    assert!(json(&installation, &["user", "delete", "alice"])["deleted"].is_string());
    let doctor = installation.run(&["doctor", "--json"]);
    assert!(doctor.json()["findings"].is_array(), "{doctor:?}");
}

#[test]
fn a_secret_is_printed_once() {
    let installation = migrated();
    let created = json(&installation, &NEW_CLIENT);
    let (id, first) = (created["client_id"].as_str().unwrap(), created["client_secret"].as_str().unwrap());
    assert!(first.len() >= 43, "256 bits");
    let rotated = json(&installation, &["client", "rotate-secret", id]);
    let second = rotated["client_secret"].as_str().unwrap();
    assert_ne!(first, second);
    for command in [&["client", "show", id][..], &["client", "list"], &["client", "update", id, "--name", "Other"]] {
        for format in [&[][..], &["--json"]] {
            let Ran { stdout, stderr, .. } = installation.run(&[command, format].concat());
            assert!([first, second].iter().all(|secret| !stdout.contains(secret) && !stderr.contains(secret)));
        }
    }
    let shown = json(&installation, &["client", "show", id]);
    assert_eq!(shown["secrets"].as_array().unwrap().len(), 2);
    let public = json(&installation, &[&NEW_CLIENT[..], &["--public"]].concat());
    assert_eq!(public["client_secret"], Value::Null);
}

/// Nothing of a password or a secret comes back in an error either.
#[test]
fn what_does_not_fit_is_refused_with_its_reason() {
    let installation = migrated();
    let short = [&NEW_CLIENT[..], &["--client-secret", "0123456789abcdef0123456789abcde"]].concat();
    let refused = installation.run(&short);
    assert!(!refused.expect_failure(1, "32").stderr.contains("0123456789abcdef"), "{refused:?}");
    assert_eq!(json(&installation, &["client", "list"])["clients"], Value::Array(vec![]), "nothing was made");

    installation.run_with(&NEW_USER, "short").expect_failure(1, "password");
    installation.run_with(&NEW_USER, PASSWORD).expect_success();
    installation.run_with(&NEW_USER, PASSWORD).expect_failure(1, "exists already");
    let uri = ["client", "create", "--name", "My app", "--redirect-uri", "javascript:alert(1)"];
    installation.run(&uri).expect_failure(1, "redirect");
    installation
        .run(&[&NEW_CLIENT[..], &["--scope", "never:registered"]].concat())
        .expect_failure(1, "never:registered");
    let looks_like_a_user = [&NEW_CLIENT[..], &["--client-id", "usr_01"]].concat();
    installation.run(&looks_like_a_user).expect_failure(1, "client");
    for absent in [&["client", "show", "nobody"][..], &["client", "delete", "nobody"], &["user", "suspend", "nobody"]] {
        installation.run(absent).expect_failure(1, "there is no");
        installation.run(&[absent, &["--json"]].concat()).expect_failure(1, "there is no");
    }
    installation.run(&["key", "revoke", "nothing"]).expect_failure(1, "there is no key");
    installation.run(&["scope", "delete", "openid"]).expect_failure(1, "openid");
}

#[test]
fn a_command_that_is_not_typed_right_ends_with_2() {
    let installation = migrated();
    let wrong: [&[&str]; 6] = [
        &["never"],
        &["client", "create"],
        &["client", "create", "--name", "App", "--public", "--client-secret", "0123456789abcdef0123456789abcdef"],
        &["client", "update", "id", "--enable", "--disable"],
        &["user", "create", "--email", "a@example.com"],
        &["dev", "--listen", "0.0.0.0:20000"],
    ];
    for command in wrong {
        let ran = installation.run(command);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{command:?}: {ran:?}");
        assert!(!ran.stderr.is_empty());
    }
    for help in [&["--help"][..], &["client", "create", "--help"], &["serve", "--help"], &["--version"]] {
        assert!(!installation.run(help).expect_success().stdout.is_empty());
    }
}

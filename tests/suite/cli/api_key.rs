//! `signet api-key`: made beside a running server, good at once, shown once.

use serde_json::{Value, json};

use crate::program::{Installation, Ran};

fn installation() -> Installation {
    let installation = Installation::fresh();
    installation.run(&["migrate"]).expect_success();
    for (name, more) in [("alice", &[][..]), ("root", &["--admin"])] {
        let email = format!("{name}@example.com");
        let create = [&["user", "create", "--email", &email, "--password-stdin"], more].concat();
        installation.run_with(&create, "correct horse battery").expect_success();
    }
    installation
}

fn json(installation: &Installation, command: &[&str]) -> Value {
    installation.run(&[command, &["--json"]].concat()).expect_success().json()
}

fn made(installation: &Installation, more: &[&str]) -> Value {
    json(installation, &[&["api-key", "create", "--user", "alice", "--name", "Nightly"], more].concat())
}

#[test]
fn a_key_is_made_as_it_was_wished() {
    let installation = installation();
    let plain = made(&installation, &[]);
    let key = plain["key"].as_str().unwrap();
    assert!(key.starts_with("cdt_live_") && key.starts_with(plain["key_prefix"].as_str().unwrap()), "{plain}");
    assert!(plain["scope"].as_str().unwrap().starts_with("openid profile email "), "{plain}");
    assert!(!plain["scope"].as_str().unwrap().contains("admin:"), "{plain}");
    assert_eq!((&plain["expires_at"], &plain["made_by"]), (&Value::Null, &json!("operator")));

    let scoped = ["--scope", "read:org", "--scope", "admin:users openid", "--environment", "test"];
    let more = ["--prefix", "svc", "--expires-in-days", "30", "--description", "For the nightly build"];
    let wished = made(&installation, &[&scoped[..], &more].concat());
    assert!(wished["key"].as_str().unwrap().starts_with("svc_test_"));
    assert_eq!(wished["scope"], "read:org admin:users openid");
    assert_eq!((&wished["environment"], &wished["description"]), (&json!("test"), &json!("For the nightly build")));
    assert!(wished["expires_at"].is_string());
}

#[test]
fn a_key_is_printed_once() {
    let installation = installation();
    let plain = made(&installation, &[]);
    let (id, key) = (plain["id"].as_str().unwrap(), plain["key"].as_str().unwrap());
    let listed = json(&installation, &["api-key", "list", "--user", "alice@example.com"]);
    assert_eq!(listed["api_keys"][0]["id"], id);
    assert_eq!(json(&installation, &["api-key", "list", "--user", "root"])["api_keys"], json!([]));
    for command in [&["api-key", "list"][..], &["api-key", "list", "--json"], &["api-key", "revoke", id]] {
        let Ran { stdout, stderr, .. } = installation.run(command);
        assert!(stdout.contains(id) && !stdout.contains(key) && !stderr.contains(key), "{command:?}");
    }
    assert_eq!(json(&installation, &["api-key", "list"])["api_keys"], json!([]));
    let words = installation.run(&["api-key", "create", "--user", "alice", "--name", "Nightly"]);
    assert!(words.expect_success().stdout.contains("shown only now"), "{words:?}");
}

#[test]
fn what_does_not_fit_makes_no_key() {
    let installation = installation();
    let create = ["api-key", "create", "--user"];
    let tries: [(&[&str], i32, &str); 6] = [
        (&["nobody", "--name", "x"], 1, "there is no user nobody"),
        (&["alice", "--name", " "], 1, "name"),
        (&["alice", "--name", "x", "--scope", "never:registered"], 1, "scopes"),
        (&["alice", "--name", "x", "--prefix", "s_k"], 1, "prefix"),
        (&["alice", "--name", "x", "--expires-in-days", "3651"], 2, "3650"),
        (&["alice", "--name", "x", "--environment", "staging"], 2, "live, test"),
    ];
    for (more, code, words) in tries {
        installation.run(&[&create, more].concat()).expect_failure(code, words);
    }
    installation.run(&["api-key", "revoke", "key_unknown"]).expect_failure(1, "there is no API key");
    assert_eq!(json(&installation, &["api-key", "list"])["api_keys"], json!([]));
}

/// The server keeps no keys in memory: neither their coming nor their going has to be waited for.
#[tokio::test]
async fn a_key_lives_and_dies_at_once_beside_a_running_server() {
    let mut installation = installation();
    let running = installation.serve().await;
    let site = installation.site().await;
    let plain = made(&installation, &[]);
    let asked = site.request(reqwest::Method::GET, "/userinfo").bearer(plain["key"].as_str().unwrap());
    assert_eq!(asked.clone().await.expect_status(200).json()["email"], "alice@example.com");

    installation.run(&["user", "suspend", "alice"]).expect_success();
    asked.clone().await.expect_refusal("invalid_token");
    installation.run(&["user", "activate", "alice"]).expect_success();
    asked.clone().await.expect_status(200);
    let listed = json(&installation, &["api-key", "list"]);
    assert!(listed["api_keys"][0]["last_used_at"].is_string());
    installation.run(&["api-key", "revoke", plain["id"].as_str().unwrap()]).expect_success();
    asked.await.expect_refusal("invalid_token");
    drop(running);
}

//! `signet serve`: how it starts, what it leaves out, how it stops.

use std::{process::Command, sync::Mutex};

use reqwest::Method;

use crate::{
    harness::Request,
    program::{Installation, eventually},
};

/// The playground knows a secret and shows tokens: it belongs to `signet dev`.
#[tokio::test]
async fn the_playground_is_not_there() {
    let mut installation = Installation::fresh();
    let _running = installation.serve().await;
    let site = installation.site().await;
    for path in ["/playground", "/playground/", "/playground/callback", "/playground/callback?code=x"] {
        for method in [Method::GET, Method::POST] {
            Request::new(site.clone(), method, path).await.expect_status(404);
        }
    }
}

#[test]
fn a_wrong_setting_stops_the_start_with_its_name() {
    let wrong = [
        ("SIGNET_TOKENS__ACCESS_SECONDS", "0", "tokens.access_seconds"),
        ("SIGNET_TOKENS__NEVER", "1", "tokens.never"),
        ("SIGNET_ISSUER", "http://login.example.com", "issuer"),
        ("SIGNET_DATABASE__URL", "mysql://host/name", "database.url"),
        ("SIGNET_KEYS__ROTATION_DAYS", "many", "keys.rotation_days"),
    ];
    for (variable, value, name) in wrong {
        let mut installation = Installation::fresh();
        installation.set(variable, value).run(&["serve"]).expect_failure(1, name);
    }
}

#[tokio::test]
async fn an_address_in_use_stops_the_start() {
    let mut installation = Installation::fresh();
    let _running = installation.serve().await;
    let log = installation.run(&["serve"]);
    assert!(log.code == Some(1) && log.stderr.contains("in use"), "{log:?}");
}

/// An older database is migrated by `signet migrate`, not by whichever node starts first.
#[tokio::test]
async fn on_postgresql_the_tables_are_made_by_migrate_alone() {
    let mut installation = Installation::fresh();
    if installation.is_sqlite() {
        return;
    }
    installation.run(&["serve"]).expect_failure(1, "signet migrate");
    installation.run(&["client", "list"]).expect_failure(1, "signet migrate");
    installation.run(&["migrate"]).expect_success();
    installation.run(&["client", "list"]).expect_success();
    drop(installation.serve().await);
}

#[tokio::test]
async fn a_terminated_server_ends_in_peace() {
    let mut installation = Installation::fresh();
    let running = installation.serve().await;
    let sent = Command::new("kill").args(["-TERM", &running.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let running = Mutex::new(running);
    eventually("stopped", async || running.lock().unwrap().ended().is_some()).await;
    let mut running = running.into_inner().unwrap();
    assert_eq!(running.ended(), Some(0), "{}", running.log());
}

/// Nothing that a request carried ends up in the log.
#[tokio::test]
async fn the_log_holds_no_secret() {
    let mut installation = Installation::fresh();
    installation.set("SIGNET_LOG__FILTER", "trace");
    let running = installation.serve().await;
    let site = installation.site().await;
    let app = installation.client(&site, &crate::program::CALLBACK);
    let alice = installation.user(&site, "alice");
    let code = alice.approves(&app).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    app.userinfo(&tokens.access_token).await.expect_status(200);
    app.introspects(&tokens.access_token).await.expect_status(200);
    let newer = app.refreshes(tokens.refresh()).await.expect_tokens();
    app.redeems(&code).await.expect_refusal("invalid_grant");
    app.refreshes(newer.refresh()).await.expect_refusal("invalid_grant");
    app.with_secret("a wrong secret").redeems(&code).await.expect_refusal("invalid_client");

    let log = running.log();
    assert!(log.contains("a code was presented again"), "there is a log: {log}");
    let secrets = [
        &code.value,
        code.verifier.as_ref().unwrap(),
        app.secret.as_ref().unwrap(),
        &tokens.access_token,
        tokens.refresh(),
        newer.refresh(),
        crate::harness::PASSWORD,
        "a wrong secret",
        &alice.browser.cookie("signet").unwrap(),
    ];
    for secret in secrets {
        assert!(!log.contains(secret), "{secret} is in the log: {log}");
    }
}

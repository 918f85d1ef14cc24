//! Commands work while the server runs, and it sees their effect: at once, or within the client cache's life.

use std::time::{Duration, Instant};

use crate::{
    harness::{Request, Site, TestClient, TestUser},
    program::{CALLBACK, Installation, Running, eventually},
};

/// The client cache's life, and a moment for what was read just before the change.
const SEEN_WITHIN: Duration = Duration::from_millis(2500);

struct Stage {
    installation: Installation,
    site: Site,
    _running: Running,
}

impl Stage {
    async fn set() -> Self {
        let mut installation = Installation::fresh();
        let running = installation.serve().await;
        let site = installation.site().await;
        Self { installation, site, _running: running }
    }

    fn cast(&self) -> (TestClient, TestUser) {
        (self.installation.client(&self.site, &CALLBACK), self.installation.user(&self.site, "alice"))
    }

    fn run(&self, command: &[&str]) {
        self.installation.run(command).expect_success();
    }
}

/// A request that is sent later than this after the command is answered so.
async fn soon_refused(request: Request, error: &str) {
    let changed = Instant::now();
    loop {
        let sent = changed.elapsed();
        let answer = request.clone().await;
        if answer.status != 200 {
            answer.expect_refusal(error);
            return;
        }
        assert!(sent < SEEN_WITHIN, "still accepted {sent:?} after the change");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_new_client_and_a_new_user_work_at_once() {
    let stage = Stage::set().await;
    // An unknown client is not remembered as unknown.
    let id = ["--client-id", "my-app", "--client-secret", "0123456789abcdef0123456789abcdef"];
    let absent = TestClient { id: "my-app".to_owned(), ..stage.cast().0 };
    absent.asks_for_itself().await.expect_refusal("invalid_client");

    let app = stage.installation.client(&stage.site, &[&CALLBACK[..], &id].concat());
    assert_eq!((app.id.as_str(), app.secret.as_deref()), ("my-app", Some(id[3])));
    let bob = stage.installation.user(&stage.site, "bob");
    app.redeems(&bob.approves(&app).await).await.expect_tokens();
}

#[tokio::test]
async fn a_disabled_client_is_refused_within_the_caches_life_and_its_tokens_at_once() {
    let stage = Stage::set().await;
    let (app, alice) = stage.cast();
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();

    stage.run(&["client", "update", &app.id, "--disable"]);
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
    soon_refused(app.introspects(&tokens.access_token), "invalid_client").await;
    assert_ne!(alice.asked_by(&app).await.answer.status, 303);

    stage.run(&["client", "update", &app.id, "--enable"]);
    eventually("enabled", async || app.introspects(&tokens.access_token).await.status == 200).await;
    app.refreshes(tokens.refresh()).await.expect_tokens();
}

#[tokio::test]
async fn a_replaced_secret_is_refused_when_its_overlap_has_ended() {
    let stage = Stage::set().await;
    let service = stage.installation.client(&stage.site, &["--grant", "client_credentials"]);
    service.asks_for_itself().await.expect_tokens();

    let rotate = ["client", "rotate-secret", &service.id, "--json", "--overlap-seconds"];
    let second = stage.installation.run(&[&rotate[..], &["3600"]].concat()).expect_success().json();
    let second = service.with_secret(second["client_secret"].as_str().unwrap());
    eventually("known", async || second.asks_for_itself().await.status == 200).await;
    service.asks_for_itself().await.expect_tokens();

    let third = stage.installation.run(&[&rotate[..], &["0"]].concat()).expect_success().json();
    let third = service.with_secret(third["client_secret"].as_str().unwrap());
    soon_refused(second.asks_for_itself(), "invalid_client").await;
    eventually("known", async || third.asks_for_itself().await.status == 200).await;
}

#[tokio::test]
async fn a_suspended_user_is_out_at_once() {
    let stage = Stage::set().await;
    let (app, alice) = stage.cast();
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let code = alice.asked_by(&app).await.expect_code();

    stage.run(&["user", "suspend", &alice.email]);
    assert_eq!(app.introspects(&tokens.access_token).await.json()["active"], false);
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    app.redeems(&code).await.expect_refusal("invalid_grant");
    let asked = alice.asked_by(&app).await;
    asked.expect_page(200);
    let refused = alice.browser.submit(&alice.credentials()).await;
    assert!(refused.text().contains("name=\"password\""), "{}", refused.text());

    stage.run(&["user", "activate", "alice"]);
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    alice.approves(&app).await;
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_at_once() {
    let stage = Stage::set().await;
    let (app, alice) = stage.cast();
    alice.approves(&app).await;
    alice.asked_by(&app).await.expect_code();

    let set = ["user", "set-password", &alice.id, "--password-stdin"];
    stage.installation.run_with(&set, "another password\n").expect_success();
    alice.asked_by(&app).await.expect_page(200);
    let refused = alice.browser.submit(&alice.credentials()).await;
    assert_eq!(refused.location(), None, "the old password");
    let accepted = alice.browser.submit(&[("email", &alice.email), ("password", "another password")]).await;
    assert!(accepted.parameter("code").is_some(), "{}", accepted.text());
}

#[tokio::test]
async fn what_is_deleted_is_gone_at_once() {
    let stage = Stage::set().await;
    let (app, alice) = stage.cast();
    let bob = stage.installation.user(&stage.site, "bob");
    let alices = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let bobs = app.redeems(&bob.approves(&app).await).await.expect_tokens();

    stage.run(&["user", "delete", &alice.id]);
    assert_eq!(app.introspects(&alices.access_token).await.json()["active"], false);
    assert_eq!(app.introspects(&bobs.access_token).await.json()["active"], true);
    stage.run(&["client", "delete", &app.id]);
    app.userinfo(&bobs.access_token).await.expect_refusal("invalid_token");
    soon_refused(app.introspects(&bobs.access_token), "invalid_client").await;
}

#[tokio::test]
async fn new_scopes_and_resources_can_be_asked_for_soon() {
    let stage = Stage::set().await;
    let api = "https://api.example";
    let old = stage.installation.client(&stage.site, &["--grant", "client_credentials"]);
    old.asks_for_itself().await.expect_tokens();

    stage.run(&["resource", "create", api, "--name", "The API"]);
    stage.run(&["scope", "create", "api:read", "--description", "Read the API", "--resource", api]);
    let arguments = ["--grant", "client_credentials", "--scope", "api:read", "--resource", api];
    let service = stage.installation.client(&stage.site, &arguments);
    let asked = service.asks_for_itself().with("scope", "api:read").with("resource", api);
    eventually("registered", async || asked.clone().await.status == 200).await;
    let tokens = asked.await.expect_tokens();
    assert_eq!(crate::harness::claims(&tokens.access_token)["aud"], api);
    assert_eq!(tokens.scope.as_deref(), Some("api:read"));
}

#[tokio::test]
async fn the_purge_beside_a_running_server_takes_nothing_that_lives() {
    let stage = Stage::set().await;
    let (app, alice) = stage.cast();
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let purged = stage.installation.run(&["purge", "--json"]).expect_success().json();
    let nothing = serde_json::json!({
        "sessions": 0, "grants": 0, "revoked_tokens": 0, "client_secrets": 0,
        "one_time_tokens": 0, "api_keys": 0, "letters": 0, "rate_counters": 0, "client_usage": 0, "audit_events": 0,
    });
    assert_eq!(purged, nothing);
    app.refreshes(tokens.refresh()).await.expect_tokens();
    alice.asked_by(&app).await.expect_code();
}

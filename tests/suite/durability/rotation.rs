//! A new signing key takes over under load: no validation fails, on no node, in no cache. Design §5.

use std::{
    collections::BTreeSet,
    time::{SystemTime, UNIX_EPOCH},
};

use reqwest::Method;
use signet::{
    app::{self, Migrate},
    config::Settings,
    services::{admin, core::Core, keys},
};

use super::resource_server::ResourceServer;
use crate::{
    harness::{Seconds, Server, TestClient, claims, header, operator},
    program::{Installation, PATIENCE},
};

/// Of the simulated world; every time below is a multiple of it.
const STEP: i64 = 5;

fn quick(settings: &mut Settings) {
    settings.keys.jwks_max_age_seconds = Seconds(60);
    settings.keys.refresh_seconds = Seconds(10);
    settings.tokens.access_seconds = Seconds(60);
    settings.tokens.id_seconds = Seconds(60);
}

/// A second node at the same database, under the same clock.
async fn beside(server: &Server) -> Core {
    let (settings, clock) = (server.site.core.settings.clone(), server.site.core.clock.clone());
    let opened = tokio::task::spawn_blocking(|| {
        let core = app::open(settings, clock, Migrate::Never).unwrap();
        keys::reload(&core).unwrap();
        core
    });
    opened.await.unwrap()
}

fn kid(token: &str) -> String {
    header(token)["kid"].as_str().unwrap().to_owned()
}

async fn token(service: &TestClient) -> String {
    service.asks_for_itself().await.expect_tokens().access_token
}

/// Every cache that keeps /jwks for its max-age validates every token of a node that reads its keyring only now and
/// then, before, during and after a rotation that another node started at any moment between two readings.
#[tokio::test]
async fn a_cache_that_keeps_the_keys_for_their_max_age_validates_every_token() {
    for offset in [0, STEP] {
        let server = Server::with(quick).await;
        let service = server.client().service("").create().await;
        let other = beside(&server).await;
        let old = kid(&token(&service).await);
        let mut caches: Vec<_> = (0..4).map(|_| ResourceServer::new(&server.site.issuer)).collect();
        let (mut tokens, mut kids): (Vec<String>, BTreeSet<String>) = (Vec::new(), BTreeSet::new());
        let (began, settings) = (server.now(), server.site.core.settings.clone());
        let end = settings.publish_ahead().0 + settings.keep_retired().0 + 200;
        for at in (0..end).step_by(usize::try_from(STEP).unwrap()) {
            let now = began + at;
            if at == 100 + offset {
                admin::keys::rotate(&other, &operator()).await.unwrap();
            }
            if at % 10 == 0 {
                server.site.core.run(keys::reload).await.unwrap();
            }
            let fresh = token(&service).await;
            kids.insert(kid(&fresh));
            tokens.push(fresh);
            tokens.retain(|token| claims(token)["exp"].as_i64().unwrap() > now);
            for (nth, cache) in (0..).zip(&mut caches) {
                // Each has its own rhythm: they start one after another.
                if at >= nth * 15 && cache.is_stale(now) {
                    cache.caches(&server.get("/jwks").await, now);
                }
                if at >= nth * 15 {
                    for token in &tokens {
                        cache.validates(token, now);
                    }
                }
            }
            server.site.core.clock.advance(Seconds(STEP));
        }
        assert_eq!(kids.len(), 2, "the new key took over");
        assert!(caches.iter().all(|cache| !cache.knows(&old)), "the old key is published no more");
    }
}

/// A node that cannot read its keyring says how long its answer is good for: less and less.
#[tokio::test]
async fn an_old_reading_of_the_keyring_is_cached_for_less() {
    let server = Server::with(quick).await;
    let margin = server.site.core.settings.publish_ahead().0;
    for (age, max_age) in
        [(0, 60), (margin - 60, 60), (margin - 59, 59), (margin - 1, 1), (margin, 0), (margin + 500, 0)]
    {
        let now = server.now();
        server.site.core.clock.advance(Seconds(age));
        let answer = server.get("/jwks").await;
        assert_eq!(
            answer.header("cache-control"),
            Some(format!("public, max-age={max_age}").as_str()),
            "after {age} s"
        );
        server.site.core.clock.advance(Seconds(now - server.now()));
    }
}

#[tokio::test]
async fn a_rotation_comes_by_itself_when_the_key_has_served_its_time() {
    let server = Server::start().await;
    let service = server.client().service("").create().await;
    let (old, ahead) = (kid(&token(&service).await), server.site.core.settings.publish_ahead());
    let published = async || server.get("/jwks").await.json()["keys"].as_array().unwrap().len();

    server.advance(Seconds(Seconds::days(90).0 - ahead.0 - 1)).await;
    server.site.core.run(keys::tend).await.unwrap();
    assert_eq!(published().await, 1);
    server.advance(Seconds(1)).await;
    for _ in 0..2 {
        server.site.core.run(keys::tend).await.unwrap();
    }
    assert_eq!((published().await, kid(&token(&service).await)), (2, old.clone()));
    server.advance(Seconds(ahead.0 - 1)).await;
    assert_eq!(kid(&token(&service).await), old);
    server.advance(Seconds(1)).await;
    assert_ne!(kid(&token(&service).await), old);

    // Retired it stays until the last token that it signed has ended everywhere.
    let kept = server.site.core.settings.keep_retired();
    server.advance(Seconds(kept.0 - 1)).await;
    assert_eq!(published().await, 2);
    server.advance(Seconds(1)).await;
    assert_eq!(published().await, 1);
}

#[tokio::test]
async fn a_rotation_that_is_under_way_is_not_started_again() {
    let server = Server::start().await;
    let other = beside(&server).await;
    let first = admin::keys::rotate(&other, &operator()).await.unwrap();
    let second = admin::keys::rotate(&server.site.core, &operator()).await.unwrap();
    assert_eq!(first.kid, second.kid);
}

/// The emergency: what the key signed is worth nothing at once, on this node and at the next reading on the others.
#[tokio::test]
async fn the_tokens_of_a_revoked_key_are_refused() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let alice = server.user("alice").await;
    let old = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    app.userinfo(&old.access_token).await.expect_status(200);

    let (other, revoked) = (beside(&server).await, kid(&old.access_token));
    let gone = revoked.clone();
    admin::keys::revoke(&other, &operator(), &gone).await.unwrap();
    server.advance(Seconds(30)).await;
    app.userinfo(&old.access_token).await.expect_refusal("invalid_token");
    assert_eq!(app.introspects(&old.access_token).await.json()["active"], false);
    assert!(!server.get("/jwks").await.text().contains(&revoked));

    let new = app.refreshes(old.refresh()).await.expect_tokens();
    assert_ne!(kid(&new.access_token), revoked);
    app.userinfo(&new.access_token).await.expect_status(200);
    let mut cache = ResourceServer::new(&server.site.issuer);
    cache.caches(&server.get("/jwks").await, server.now());
    cache.validates(&new.access_token, server.now());
}

/// What it would sign could be unknown elsewhere. Nothing is spent by a request that it turns away.
#[tokio::test]
async fn a_node_whose_keyring_is_too_old_stops_signing_and_spends_nothing() {
    let server = Server::with(|settings| settings.tokens.code_seconds = Seconds(600)).await;
    let app = server.client().create().await;
    let alice = server.user("alice").await;
    let held = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let code = alice.approves(&app).await;
    let ahead = server.site.core.settings.publish_ahead();

    server.site.core.clock.advance(ahead);
    let held = app.refreshes(held.refresh()).await.expect_tokens();
    server.site.core.clock.advance(Seconds(1));
    for request in [app.redeems(&code), app.refreshes(held.refresh())] {
        let answer = request.await;
        assert_eq!(answer.expect_status(503).json()["error"], "temporarily_unavailable");
        assert!(answer.header("retry-after").is_some());
    }
    let readiness = server.get("/readyz").await;
    assert_eq!(readiness.expect_status(503).json()["keys"], false);
    server.get("/healthz").await.expect_status(200);
    // It still knows a token when it sees one.
    app.userinfo(&held.access_token).await.expect_status(200);

    server.advance(Seconds(60)).await;
    server.get("/readyz").await.expect_status(200);
    app.redeems(&code).await.expect_tokens();
    app.refreshes(held.refresh()).await.expect_tokens();
}

/// The same with the real program, its own jobs and the real time.
#[tokio::test]
async fn key_rotate_and_key_revoke_beside_a_running_server() {
    let mut installation = Installation::fresh();
    installation.set("SIGNET_KEYS__JWKS_MAX_AGE_SECONDS", "1").set("SIGNET_KEYS__REFRESH_SECONDS", "1");
    let _running = installation.serve().await;
    let site = installation.site().await;
    let service = installation.client(&site, &["--grant", "client_credentials"]);
    let mut cache = ResourceServer::new(&site.issuer);
    let old = kid(&token(&service).await);
    let next = installation.run(&["key", "rotate", "--json"]).expect_success().json();
    let next = next["kid"].as_str().unwrap();
    assert_ne!(next, old);

    let deadline = now() + i64::try_from(PATIENCE.as_secs()).unwrap();
    let mut after = 0;
    while after < 20 {
        // The token first: the cache may be a whole max-age old, and has to know its key all the same.
        let token = token(&service).await;
        if cache.is_stale(now()) {
            cache.caches(&site.request(Method::GET, "/jwks").await, now());
        }
        cache.validates(&token, now());
        after += usize::from(kid(&token) == next);
        assert!(now() < deadline, "the new key never signs");
    }

    let token = token(&service).await;
    installation.run(&["key", "revoke", next, "--json"]).expect_success().json();
    crate::program::eventually("refused", || async {
        service.introspects(&token).await.expect_status(200).json()["active"] == false
    })
    .await;
    assert_ne!(kid(&service.asks_for_itself().await.expect_tokens().access_token), next);
}

#[expect(clippy::disallowed_methods, reason = "the program that is tested has no other clock")]
fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap()
}

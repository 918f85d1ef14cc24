//! Signing keys at the REST API and at the console.

use std::collections::HashSet;

use serde_json::{Value, json};
use signet::{
    domain::key::{KeyState, SigningKey},
    services::{admin::keys, keys as signing},
};
use tokio::task::JoinSet;

use super::says;
use crate::harness::{Seconds, Server, cast, header, operator};

#[tokio::test]
async fn a_rotation_by_hand_breaks_no_token() {
    let (server, app, alice) = cast().await;
    let admin = server.admin().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let page = admin.submits("/admin/keys", "/admin/keys/rotate", &[]).await;
    says(&page, "The new key is published");
    says(&page, "A rotation is under way");
    let userinfo = server.site.request(crate::harness::Method::GET, "/userinfo").bearer(&tokens.access_token);
    userinfo.await.expect_status(200);
}

#[tokio::test]
async fn the_emergency_is_written_down_and_ends_the_key() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let keys = program.get("/keys").await.json();
    let kid = keys["items"][0]["kid"].as_str().unwrap().to_owned();
    let revoked = program.call(crate::harness::Method::POST, &format!("/keys/{kid}/revoke")).await;
    revoked.expect_status(200);
    assert_eq!(revoked.json()["state"], "gone");
    let jwks: Value = server.site.request(crate::harness::Method::GET, "/jwks").await.json();
    assert!(jwks["keys"].as_array().unwrap().iter().all(|key| key["kid"] != *kid));
    // The program's own token was signed by it.
    program.get("/keys").await.expect_problem(401, "invalid-token");
    let again = server.root_program().await;
    again.call(crate::harness::Method::POST, "/keys/nonsense/revoke").await.expect_problem(404, "not-found");
}

/// "Rotated by mistake, so revoke the new one": the key that was to give way signs on.
#[tokio::test]
async fn without_its_successor_a_key_signs_on() {
    let (server, app, alice) = cast().await;
    let program = server.program("admin:keys").await;
    program.post("/keys/rotate", &json!({})).await.expect_status(200);
    let keys = program.get("/keys").await.json();
    let next = keys["items"].as_array().unwrap().iter().find(|key| key["state"] == "next").unwrap().clone();
    program.post(&format!("/keys/{}/revoke", next["kid"].as_str().unwrap()), &json!({})).await.expect_status(200);
    server.advance(Seconds::hours(2)).await;
    app.redeems(&alice.approves(&app).await).await.expect_tokens();
}

/// A published key is known to caches: it takes over at once, and none is made that nobody knows.
#[tokio::test]
async fn the_next_key_takes_over_from_a_revoked_one() {
    let server = Server::start().await;
    let (core, admin) = (&server.site.core, operator());
    let active = keys::list(core, &admin).await.unwrap().remove(0);
    let next = keys::rotate(core, &admin).await.unwrap();
    keys::revoke(core, &admin, &active.kid).await.unwrap();
    let all = keys::list(core, &admin).await.unwrap();
    assert_eq!(all.len(), 2, "{all:#?}");
    let service = server.client().service("read:org").create().await;
    let token = service.asks_for_itself().await.expect_tokens().access_token;
    assert_eq!(header(&token)["kid"], next.kid.as_str());
}

/// Revoking it again changes nothing, above all not when the others retire; and nothing is written down.
#[tokio::test]
async fn a_key_goes_once() {
    let server = Server::start().await;
    let (core, admin) = (&server.site.core, operator());
    let gone = keys::rotate(core, &admin).await.unwrap();
    keys::revoke(core, &admin, &gone.kid).await.unwrap();
    // Of the same second as the first, it begins to sign when that one would have.
    keys::rotate(core, &admin).await.unwrap();
    let before = keys::list(core, &admin).await.unwrap();
    let again = keys::revoke(core, &admin, &gone.kid).await.unwrap();
    assert_eq!(again.gone_at, Some(core.clock.now()));
    assert_eq!(keys::list(core, &admin).await.unwrap(), before);
    let told = server.root_program().await.get("/audit-events?action=revoke_key").await.json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "{told}");
}

/// What opens the administration is made by whom the console lets in.
#[tokio::test]
async fn an_old_sign_in_makes_no_key_that_administers() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let asked =
        |scope: &'static str| [("name", "Laptop"), ("expires", "never"), ("environment", "live"), ("scope", scope)];
    let made = admin.submits("/account/api-keys", "/account/api-keys", &asked("admin:users")).await;
    made.expect_status(200);
    server.advance(Seconds::hours(2)).await;
    let refused = admin.submits("/account/api-keys", "/account/api-keys", &asked("admin:users")).await;
    assert!(!refused.text().contains("shown only now"), "{}", refused.text());
    let plain = admin.submits("/account/api-keys", "/account/api-keys", &asked("openid")).await;
    assert!(plain.text().contains("shown only now"), "{}", plain.text());
}

/// Two administrators in one moment: one rotation is under way, not two.
#[tokio::test]
async fn of_many_rotations_at_once_one_key_comes() {
    let server = Server::start().await;
    let program = server.program("admin:keys").await;
    let rotate = |_| program.post("/keys/rotate", &json!({})).into_future();
    let answers = (0..8).map(rotate).collect::<JoinSet<_>>().join_all().await;
    let kids: HashSet<_> =
        answers.into_iter().map(|answer| answer.expect_status(200).json()["kid"].to_string()).collect();
    assert_eq!(kids.len(), 1);
    let keys = program.get("/keys").await.json();
    assert_eq!(keys["items"].as_array().unwrap().iter().filter(|key| key["state"] == "next").count(), 1);
    let told = server.program("admin:audit:read").await.get("/audit-events?action=rotate_key").await.json();
    assert_eq!(told["items"].as_array().unwrap().len(), 1, "what did nothing is not written down: {told}");
}

/// The job that rotates by itself finds, before it writes, that somebody has begun a rotation while it made a key.
#[tokio::test]
async fn of_the_job_and_an_administrator_one_rotates() {
    let server = Server::start().await;
    let core = &server.site.core;
    let wait = core.settings.keys.rotation().0 - core.settings.publish_ahead().0;
    server.advance(Seconds(wait)).await;
    let mut sent = JoinSet::new();
    for n in 0..8 {
        let core = core.clone();
        sent.spawn(async move {
            match n % 4 {
                0 => core.run(signing::tend).await.unwrap(),
                _ => drop(keys::rotate(&core, &operator()).await.unwrap()),
            }
        });
    }
    sent.join_all().await;
    let (all, now) = (keys::list(core, &operator()).await.unwrap(), core.clock.now());
    assert_eq!(all.iter().filter(|key| key.state(now) == KeyState::Next).count(), 1, "{all:#?}");
}

/// Whatever administrators do to the keys, in whatever order: one signs at every moment from now on, without any job.
#[tokio::test]
async fn in_no_order_of_rotations_and_revocations_does_nothing_sign() {
    let server = Server::start().await;
    let service = server.client().service("read:org").create().await;
    let (core, admin) = (&server.site.core, operator());
    let mut chance: u32 = 7;
    for _ in 0..40 {
        chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (all, now) = (keys::list(core, &admin).await.unwrap(), core.clock.now());
        let revoked = match chance >> 29 {
            0 | 1 => keys::rotate(core, &admin).await.map(|_| None).unwrap(),
            2 | 3 => Some(KeyState::Next),
            4 => Some(KeyState::Active),
            5 => Some(KeyState::Retired),
            _ => {
                server.advance(Seconds(core.settings.publish_ahead().0 / 2)).await;
                None
            }
        };
        if let Some(key) = all.iter().find(|key| Some(key.state(now)) == revoked) {
            keys::revoke(core, &admin, &key.kid).await.unwrap();
        }
        service.asks_for_itself().await.expect_tokens();
        let (all, now) = (keys::list(core, &admin).await.unwrap(), core.clock.now());
        let ends = |key: &SigningKey| [Some(key.activates_at), key.retires_at, key.gone_at];
        for at in all.iter().flat_map(ends).flatten().chain([now]).filter(|at| *at >= now) {
            assert!(all.iter().any(|key| key.state(at) == KeyState::Active), "nothing signs at {at:?}: {all:#?}");
        }
    }
}

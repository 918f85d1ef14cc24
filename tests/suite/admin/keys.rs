//! Signing keys at the REST API and at the console.

use serde_json::Value;

use super::says;
use crate::harness::{Server, cast};

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

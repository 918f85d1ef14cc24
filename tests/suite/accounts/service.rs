//! What a service with the scope `admin:users` does to other people's accounts.

use serde_json::{Value, json};
use signet::{
    domain::{
        audit::{Action, Outcome},
        ids::UserId,
    },
    protocol::token::GrantType,
};

use super::{NEW_PASSWORD, is_signed_in, log, signs_in, tries_to_sign_in, user_of};
use crate::{
    harness::{Answer, Method, PASSWORD, Server},
    tables::Tables,
};

/// A bearer token of a service.
async fn service(server: &Server, scope: &str) -> String {
    let service = server.client().service(scope).create().await;
    service.asks_for_itself().with("scope", scope).await.expect_tokens().access_token
}

async fn sets(server: &Server, token: &str, body: &Value) -> Answer {
    let request = server.request(Method::POST, "/v1/auth/admin/set-password").bearer(token);
    request.raw("application/json", body.to_string()).await
}

async fn deletes(server: &Server, token: &str, user: &str) -> Answer {
    server.request(Method::DELETE, &format!("/v1/auth/users/{user}")).bearer(token).await
}

#[tokio::test]
async fn a_service_sets_a_password_and_ends_every_session() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let token = service(&server, "admin:users").await;
    let before = signs_in(&server.site, "alice", PASSWORD).await;
    sets(&server, &token, &json!({"user_id": alice.id, "new_password": NEW_PASSWORD})).await.expect_status(200);
    assert!(!is_signed_in(&server.site, &before).await);
    assert!(tries_to_sign_in(&server.site, "alice", PASSWORD).await.is_err());
    signs_in(&server.site, "alice", NEW_PASSWORD).await;
    assert!(server.letter_to(&alice.email).await.text.contains("password"));
    let by_address = json!({"email": "Alice@example.com", "new_password": PASSWORD});
    sets(&server, &token, &by_address).await.expect_status(200);
    signs_in(&server.site, "alice", PASSWORD).await;
    assert!(
        log(&server.site, &UserId::parse(&alice.id).unwrap()).await.contains(&(Action::SetPassword, Outcome::Done))
    );

    sets(&server, &token, &json!({"user_id": alice.id, "new_password": "password123"})).await.expect_status(400);
    let nobody = json!({"email": "nobody@example.com", "new_password": NEW_PASSWORD});
    sets(&server, &token, &nobody).await.expect_status(404);
}

/// What an administrator took from a client does not stay good until the end of its tokens.
#[tokio::test]
async fn a_service_that_lost_its_scope_is_one_no_more() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let service = server.client().id("helpdesk").service("admin:users openid").create().await;
    let token = service.asks_for_itself().await.expect_tokens().access_token;
    let body = json!({ "user_id": alice.id, "new_password": NEW_PASSWORD });
    sets(&server, &token, &body).await.expect_status(200);
    let less = json!({ "scope": "openid" });
    server.root_program().await.patch("/clients/helpdesk", &less).await.expect_status(200);
    sets(&server, &token, &body).await.expect_status(403);
    deletes(&server, &token, &alice.id).await.expect_status(403);
    signs_in(&server.site, "alice", NEW_PASSWORD).await;
}

/// Nor after the client was told to act for itself no more, or when the scope is no scope any more.
#[tokio::test]
async fn a_token_of_its_own_is_good_for_clients_that_act_for_themselves() {
    let server = Server::start().await;
    let root = server.root_program().await;
    let scope = json!({ "name": "files:read", "description": "Read files" });
    root.post("/scopes", &scope).await.expect_status(201);
    let service = server.client().id("helpdesk").service("admin:users files:read").create().await;
    let tokens = service.asks_for_itself().await.expect_tokens();
    root.delete("/scopes/files:read").await.expect_status(204);
    assert_eq!(service.introspects(&tokens.access_token).await.json()["scope"], "admin:users");
    let fresh = service.asks_for_itself().await.expect_tokens();
    assert_eq!(fresh.scope.as_deref(), Some("admin:users"));
    service.asks_for_itself().with("scope", "files:read").await.expect_refusal("invalid_scope");

    let other = json!({ "grant_types": ["authorization_code"], "redirect_uris": ["https://a.example/cb"] });
    root.patch("/clients/helpdesk", &other).await.expect_status(200);
    deletes(&server, &fresh.access_token, "nobody").await.expect_status(401);
    assert_eq!(service.introspects(&fresh.access_token).await.json()["active"], false);
}

#[tokio::test]
async fn a_service_deletes_a_user_with_everything_but_the_log() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let token = service(&server, "admin:users").await;
    deletes(&server, &token, &alice.id).await.expect_status(204);
    assert!(user_of(&server.site, &alice.email).await.is_none());
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
    let mut tables = Tables::of(&server.site);
    for table in ["users", "sessions", "grants", "consents", "one_time_tokens"] {
        assert_eq!(tables.count(table), 0, "{table}");
    }
    let seen = log(&server.site, &UserId::parse(&alice.id).unwrap()).await;
    assert!(seen.contains(&(Action::DeleteUser, Outcome::Done)), "{seen:?}");
    deletes(&server, &token, &alice.id).await.expect_status(404);
}

#[tokio::test]
async fn nobody_else_reaches_other_peoples_accounts() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().grants(&[GrantType::AuthorizationCode]).scope("openid admin:users").create().await;
    let of_a_user = app.redeems(&alice.approves(&app).await).await.expect_tokens().access_token;
    let without = service(&server, "read:projects").await;
    for (token, status) in [(of_a_user.as_str(), 403), (without.as_str(), 403), ("made-up", 401)] {
        let body = json!({"user_id": alice.id, "new_password": NEW_PASSWORD});
        sets(&server, token, &body).await.expect_status(status);
        deletes(&server, token, &alice.id).await.expect_status(status);
    }
    signs_in(&server.site, "alice", PASSWORD).await;
}

//! API keys at `/introspect` and `/userinfo`: they have no audience, no client and no expiry of an hour.

use crate::harness::operator;
use serde_json::{Value, json};
use signet::{
    domain::{api_key::Environment, time::Timestamp},
    protocol::scope::Scope,
    services::{
        admin::{api_keys, scopes},
        api_keys::{Made, NewKey},
    },
};

use crate::harness::{Method, Seconds, Server, TestClient, TestUser};

const API: &str = "https://api.example";
const INACTIVE: &str = r#"{"active":false}"#;

async fn cast() -> (Server, TestClient, TestUser) {
    let server = Server::start().await;
    let api = server.client().service("").resource_server(API).create().await;
    let alice = server.user("alice").await;
    (server, api, alice)
}

async fn key(alice: &TestUser, scope: &str) -> Made {
    let new = NewKey {
        name: "deploy".to_owned(),
        description: None,
        scope: Some(Scope::parse(scope).unwrap()),
        environment: Environment::Test,
        expires_in_days: Some(90),
        prefix: "sk".to_owned(),
    };
    api_keys::create(&alice.site.core, &operator(), &alice.id, new).await.unwrap()
}

async fn told(api: &TestClient, key: &str) -> Value {
    let answer = api.introspects(key).await;
    answer.expect_status(200).expect_private_json();
    answer.json()
}

async fn is_inactive(api: &TestClient, key: &str) -> bool {
    api.introspects(key).await.expect_status(200).text() == INACTIVE
}

/// RFC 7662 §2.2, with two members of our own; a key has no client, no audience and no token type.
#[tokio::test]
async fn a_resource_server_learns_about_a_key() {
    let (server, api, alice) = cast().await;
    let made = key(&alice, "read:org openid").await;
    let expected = json!({
        "active": true, "scope": "read:org openid", "sub": alice.id, "username": "alice", "iss": server.site.issuer,
        "iat": server.now(), "exp": server.now() + 90 * 86_400, "environment": "test", "key_id": made.key.id.as_str(),
    });
    assert_eq!(told(&api, made.secret.reveal()).await, expected);
    let hinted = api.introspects(made.secret.reveal()).with("token_type_hint", "refresh_token").await;
    assert_eq!(hinted.json()["active"], true);
}

/// RFC 7662 §4: who stands for no resource has nothing to ask about keys for, not even the user's own applications.
#[tokio::test]
async fn only_resource_servers_learn_about_keys() {
    let (server, _, alice) = cast().await;
    let made = key(&alice, "openid").await;
    let app = server.client().create().await;
    alice.approves(&app).await;
    assert!(is_inactive(&app, made.secret.reveal()).await);
    let public = server.client().public().create().await;
    public.introspects(made.secret.reveal()).await.expect_refusal("invalid_client");
}

/// RFC 8707 §3: a scope that belongs to one API is not shown to another.
#[tokio::test]
async fn a_scope_of_one_api_is_not_told_to_another() {
    let (server, api, alice) = cast().await;
    let other = server.client().service("").resource_server("https://other.example").create().await;
    let scope = scopes::NewScope {
        name: "api:read".to_owned(),
        description: "Read".to_owned(),
        resource: Some(API.to_owned()),
    };
    scopes::create(&server.site.core, &operator(), scope).await.unwrap();
    let made = key(&alice, "api:read read:org").await;
    assert_eq!(told(&api, made.secret.reveal()).await["scope"], "api:read read:org");
    assert_eq!(told(&other, made.secret.reveal()).await["scope"], "read:org");
}

/// The moment a key, or its user, is gone.
#[tokio::test]
async fn a_dead_key_is_inactive() {
    let (server, api, alice) = cast().await;
    let (made, revoked) = (key(&alice, "openid").await, key(&alice, "openid").await);
    api_keys::revoke(&server.site.core, &operator(), revoked.key.id.as_str()).await.unwrap();
    assert!(is_inactive(&api, revoked.secret.reveal()).await);
    alice.is_suspended().await;
    assert!(is_inactive(&api, made.secret.reveal()).await);
    alice.is_active_again().await;
    assert!(!is_inactive(&api, made.secret.reveal()).await);
    server.advance(Seconds::days(90)).await;
    assert!(is_inactive(&api, made.secret.reveal()).await);
}

/// An opaque token is checked whole, never by a prefix.
#[tokio::test]
async fn a_part_of_a_key_is_inactive() {
    let (_server, api, alice) = cast().await;
    let key = key(&alice, "openid").await.secret.reveal().clone();
    for near in [&key[1..], &key[..key.len() - 1], &format!("{key}0"), &format!("{key} "), &key.to_uppercase()] {
        assert!(is_inactive(&api, near).await, "{near}");
    }
}

/// A resource server has no other way to accept a key, so asking is using; whoever learns nothing uses nothing.
#[tokio::test]
async fn introspecting_a_key_is_using_it() {
    let (server, api, alice) = cast().await;
    let made = key(&alice, "openid").await;
    let app = server.client().create().await;
    let last_use = async || {
        let page = signet::store::PageRequest { after: None, limit: 9, search: None };
        api_keys::list(&server.site.core, &operator(), None, page).await.unwrap().items.remove(0).key.last_used_at
    };
    assert!(is_inactive(&app, made.secret.reveal()).await);
    assert_eq!(last_use().await, None);
    told(&api, made.secret.reveal()).await;
    assert_eq!(last_use().await.map(Timestamp::unix), Some(server.now()));
}

/// OpenID Connect Core §5.4: the key's scopes bring their claims, as a token's do.
#[tokio::test]
async fn userinfo_tells_a_key_what_its_scopes_release() {
    let (server, api, alice) = cast().await;
    let made = key(&alice, "openid email").await;
    let answer = api.userinfo(made.secret.reveal()).await;
    answer.expect_status(200).expect_private_json();
    let expected = json!({ "sub": alice.id, "email": "alice@example.com", "email_verified": true });
    assert_eq!(answer.json(), expected);
    let in_body = server.request(Method::POST, "/userinfo").with("access_token", made.secret.reveal());
    assert_eq!(in_body.await.json(), expected);
}

#[tokio::test]
async fn userinfo_refuses_a_key_without_openid_and_a_dead_one() {
    let (server, api, alice) = cast().await;
    let (narrow, wide) = (key(&alice, "email").await, key(&alice, "openid").await);
    api.userinfo(narrow.secret.reveal()).await.expect_refusal("insufficient_scope");
    api.userinfo(wide.secret.reveal()).await.expect_status(200);
    api_keys::revoke(&server.site.core, &operator(), wide.key.id.as_str()).await.unwrap();
    api.userinfo(wide.secret.reveal()).await.expect_refusal("invalid_token");
}

/// A key belongs to no client, so no page of another origin may read what it opens.
#[tokio::test]
async fn no_foreign_page_reads_what_a_key_opens() {
    let (server, _, alice) = cast().await;
    server.client().public().redirect_uri("https://spa.example/cb").create().await;
    let made = key(&alice, "openid").await;
    let request = server.request(Method::GET, "/userinfo").bearer(made.secret.reveal());
    let answer = request.header("origin", "https://spa.example").await;
    answer.expect_status(200);
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

/// RFC 7009 §2.2: `/revoke` knows nothing of keys, and says so as it does of every unknown token.
#[tokio::test]
async fn a_client_cannot_revoke_a_key() {
    let (_server, api, alice) = cast().await;
    let made = key(&alice, "openid").await;
    api.revokes(made.secret.reveal()).await.expect_status(200);
    assert!(!is_inactive(&api, made.secret.reveal()).await);
}

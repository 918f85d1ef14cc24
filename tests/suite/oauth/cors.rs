//! Which pages of which origins may read our answers. WHATWG Fetch §3.2.

use signet::protocol::token::GrantType;

use crate::harness::{Answer, Auth, Method, Server, TestClient, TestUser, cast};

const OWN: &str = "https://spa.example";
const OTHER: &str = "https://evil.example";

async fn cast_of_spa() -> (Server, TestClient, TestUser) {
    let server = Server::start().await;
    let app = server.client().public().redirect_uri("https://spa.example/cb").create().await;
    let alice = server.user("alice").await;
    (server, app, alice)
}

fn allowed(answer: &Answer) -> Option<&str> {
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    answer.header("access-control-allow-origin")
}

/// WHATWG Fetch §3.2.2: a preflight names no client, so every origin may try.
#[tokio::test]
async fn a_preflight_is_answered() {
    let server = Server::start().await;
    for path in ["/token", "/userinfo", "/revoke"] {
        let asked = server.request(Method::OPTIONS, path).header("origin", OWN);
        let asked = asked.header("access-control-request-method", "POST");
        let answer = asked.header("access-control-request-headers", "authorization,content-type").await;
        answer.expect_status(204);
        assert_eq!(allowed(&answer), Some(OWN));
        let headers = answer.header("access-control-allow-headers").unwrap().to_lowercase();
        assert!(headers.contains("authorization") && headers.contains("content-type"));
        assert!(answer.header("access-control-allow-methods").unwrap().contains("POST"));
        assert!(answer.header("vary").unwrap().to_lowercase().contains("origin"));
    }
}

/// By default the origins of a public client's redirect URIs are its own.
#[tokio::test]
async fn the_clients_own_pages_read_its_tokens() {
    let (_server, app, alice) = cast_of_spa().await;
    let own = app.redeems(&alice.approves(&app).await).header("origin", OWN).await;
    let tokens = own.expect_tokens();
    assert_eq!(allowed(&own), Some(OWN));
    assert!(own.header("vary").unwrap().to_lowercase().contains("origin"));
    let refreshed = app.refreshes(tokens.refresh()).header("origin", OWN).await;
    assert_eq!(allowed(&refreshed), Some(OWN));
    let told = app.userinfo(&tokens.access_token).header("origin", OWN).await;
    told.expect_status(200);
    assert_eq!(allowed(&told), Some(OWN));
    let revoked = app.revokes(&tokens.access_token).header("origin", OWN).await;
    assert_eq!(allowed(&revoked), Some(OWN));
}

/// Whatever was used a moment ago: the answer to userinfo needs no other request before it.
#[tokio::test]
async fn userinfo_is_readable_long_after_the_token_was_issued() {
    let server = Server::with(|settings| settings.clients.cache_seconds = crate::harness::Seconds(0)).await;
    let app = server.client().public().redirect_uri("https://spa.example/cb").create().await;
    let alice = server.user("alice").await;
    let tokens = app.redeems(&alice.approves(&app).await).header("origin", OWN).await.expect_tokens();
    let told = app.userinfo(&tokens.access_token).header("origin", OWN).await;
    told.expect_status(200);
    assert_eq!(allowed(&told), Some(OWN));
}

#[tokio::test]
async fn other_pages_read_nothing() {
    let (_server, app, alice) = cast_of_spa().await;
    for origin in [OTHER, "http://spa.example", "https://spa.example:8443", "https://spa.example.evil.example", "null"]
    {
        let answer = app.redeems(&alice.approves(&app).await).header("origin", origin).await;
        let tokens = answer.expect_tokens();
        assert_eq!(allowed(&answer), None, "{origin}");
        let told = app.userinfo(&tokens.access_token).header("origin", origin).await;
        assert_eq!(allowed(&told), None, "{origin}");
    }
}

/// A confidential client runs on a server: its tokens are for no page, unless its registration says so.
#[tokio::test]
async fn a_confidential_clients_tokens_are_for_no_page() {
    let (server, app, alice) = cast().await;
    let answer = app.redeems(&alice.approves(&app).await).header("origin", "https://app.example").await;
    answer.expect_tokens();
    assert_eq!(allowed(&answer), None);

    let set = |members: &mut signet::services::admin::clients::ClientMembers| {
        members.cors_origins = Some(vec![OWN.to_owned()]);
    };
    let with_origin = server.client().member(set).create().await;
    let answer = with_origin.redeems(&alice.approves(&with_origin).await).header("origin", OWN).await;
    assert_eq!(allowed(&answer), Some(OWN));
}

/// A page that may not read why it was refused cannot tell its user; a refusal holds nothing that needs guarding.
#[tokio::test]
async fn a_refusal_is_readable() {
    let (_server, app, _alice) = cast_of_spa().await;
    let answer = app.refreshes("anything").header("origin", OWN).await;
    answer.expect_refusal("invalid_grant");
    assert_eq!(allowed(&answer), Some(OWN));
    let answer = app.userinfo("anything").header("origin", OWN).await;
    answer.expect_refusal("invalid_token");
    assert_eq!(allowed(&answer), Some(OWN));
    let exposed = answer.header("access-control-expose-headers").unwrap().to_lowercase();
    assert!(exposed.contains("www-authenticate"));
}

/// Pages, and what only servers call, are for no script of another origin.
#[tokio::test]
async fn pages_are_never_readable() {
    let (server, app, alice) = cast_of_spa().await;
    for path in ["/authorize", "/logout", "/introspect", "/", "/login", "/nowhere"] {
        for method in [Method::GET, Method::POST, Method::OPTIONS] {
            let answer = server.request(method, path).header("origin", OWN).await;
            assert_eq!(allowed(&answer), None, "{path}");
        }
    }
    let address = alice.asked_by(&app).address();
    let page = server.request(Method::GET, &address).header("origin", OWN).await;
    page.expect_status(200);
    assert_eq!(allowed(&page), None);
    let service = server.client().service("api:read").grants(&[GrantType::ClientCredentials]).create().await;
    let told = service.by(Auth::Post).introspects("x").header("origin", OWN).await;
    told.expect_status(200);
    assert_eq!(allowed(&told), None);
}

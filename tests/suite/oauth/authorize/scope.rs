//! What a client may ask for. RFC 6749 §3.3, OpenID Connect Core §3.1.2.1.

use crate::harness::Server;

/// RFC 6749 §4.1.2.1: invalid, unknown or malformed.
#[tokio::test]
async fn a_scope_that_is_unknown_or_malformed_is_an_invalid_scope() {
    let server = Server::start().await;
    let app = server.client().scope("openid read:projects").create().await;
    let request = app.authorize(&server.browser());
    for wrong in ["unheard:of", "read:projects unheard:of", "read:\"x\"", "a\\b", "ä", "read:projects\tx"] {
        request.clone().with("scope", wrong).await.expect_error("invalid_scope");
    }
    let long = "x".repeat(2049);
    request.clone().with("scope", &long).await.expect_error("invalid_scope");
    let many = (0..65).map(|n| format!("s{n}")).collect::<Vec<_>>().join(" ");
    request.with("scope", &many).await.expect_error("invalid_scope");
}

/// OpenID Connect Core §3.1.2.1: scope values that are not understood SHOULD be ignored.
#[tokio::test]
async fn beside_openid_an_unknown_scope_is_ignored_and_told() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("scope", "openid unheard:of email")).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    // RFC 6749 §3.3: what differs from the request is told.
    assert_eq!(tokens.scope.as_deref(), Some("openid email"));
}

#[tokio::test]
async fn a_scope_that_the_client_is_not_registered_for_is_an_invalid_scope() {
    let server = Server::start().await;
    server.client().scope("openid write:projects phone").create().await;
    let app = server.client().scope("openid read:projects").create().await;
    let request = app.authorize(&server.browser());
    for wrong in ["write:projects", "read:projects write:projects", "openid write:projects", "openid phone"] {
        request.clone().with("scope", wrong).await.expect_error("invalid_scope");
    }
    request.with("scope", "openid read:projects").await.expect_page(200);
}

/// RFC 6749 §3.3: an omitted scope is a default one, or an error. The default never makes it an OpenID request.
#[tokio::test]
async fn an_omitted_scope_means_what_the_client_is_registered_for_beside_openid() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().scope("openid profile read:projects write:projects").create().await;
    let code = alice.allows(alice.asked_by(&app).without("scope")).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    assert_eq!(tokens.scope.as_deref(), Some("read:projects write:projects"));
    assert_eq!(tokens.id_token, None);

    let openid_only = server.client().scope("openid profile").create().await;
    openid_only.authorize(&server.browser()).without("scope").await.expect_error("invalid_scope");
}

/// RFC 6749 §3.3: the order does not matter, and a scope said twice is said once.
#[tokio::test]
async fn a_scope_said_twice_is_said_once() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("scope", "email openid email")).await;
    assert_eq!(app.redeems(&code).await.expect_tokens().scope.as_deref(), Some("email openid"));
}

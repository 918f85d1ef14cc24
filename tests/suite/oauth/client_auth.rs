//! How a client proves who it is, at every endpoint that asks. RFC 6749 §2.3, §3.2.1.

use signet::protocol::client_auth::AuthMethod;

use crate::harness::{Auth, Seconds, Server, basic, cast};

/// RFC 6749 §2.3.1: Basic MUST be supported; a secret in the body MAY be.
#[tokio::test]
async fn the_secret_comes_in_the_header_or_in_the_body() {
    let (_server, app, alice) = cast().await;
    for auth in [Auth::Basic, Auth::Post] {
        let code = alice.approves(&app).await;
        app.by(auth).redeems(&code).await.expect_tokens();
    }
    let code = alice.approves(&app).await;
    app.redeems(&code).with("client_id", &app.id).await.expect_tokens();
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they are put together.
#[tokio::test]
async fn basic_credentials_are_form_encoded() {
    let server = Server::start().await;
    let secret = "a:b+c%d&e=f/g?h#i@j;k,l~m.n-o_p*q";
    let app = server.client().service("api:read").id("https://app.example/a+b%2").secret(secret).create().await;
    app.asks_for_itself().await.expect_tokens();
    app.by(Auth::Post).asks_for_itself().await.expect_tokens();
}

/// RFC 6749 §3.2.1: a public client names itself, and has nothing to prove.
#[tokio::test]
async fn a_public_client_names_itself() {
    let server = Server::start().await;
    let (app, alice) = (server.client().public().create().await, server.user("alice").await);
    let code = alice.approves(&app).await;
    app.redeems(&code).without("client_id").await.expect_refusal("invalid_client");
    app.with_secret("made up").by(Auth::Post).redeems(&code).await.expect_refusal("invalid_client");
    app.with_secret("").by(Auth::Basic).redeems(&code).await.expect_refusal("invalid_client");
    app.redeems(&code).await.expect_tokens();
}

/// RFC 6749 §2.3: the client MUST NOT use more than one method in each request.
#[tokio::test]
async fn two_methods_at_once_are_refused() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let secret = app.secret.clone().unwrap();
    app.redeems(&code).with("client_secret", &secret).await.expect_refusal("invalid_request");
    app.redeems(&code).with("client_id", "another").await.expect_refusal("invalid_request");
    app.redeems(&code).with("client_assertion", "a.b.c").await.expect_refusal("invalid_request");
    let twice = app.redeems(&code).and_header("authorization", &basic(&app.id, &secret));
    twice.await.expect_refusal("invalid_request");
    app.redeems(&code).await.expect_tokens();
}

/// RFC 6749 §5.2: `invalid_client`, 401, and a challenge of the scheme that was used. Which part was wrong is
/// not told.
#[tokio::test]
async fn who_proves_nothing_is_told_nothing() {
    let (server, app, _alice) = cast().await;
    let ask = |client: &crate::harness::TestClient| client.refreshes("anything");
    let wrong = ask(&app.with_secret("not the secret")).await;
    wrong.expect_refusal("invalid_client");
    let unknown = ask(&crate::harness::TestClient { id: "nobody".to_owned(), ..app.clone() }).await;
    unknown.expect_refusal("invalid_client");
    assert_eq!(wrong.text(), unknown.text());

    ask(&app.by(Auth::None)).await.expect_refusal("invalid_client");
    ask(&app.with_secret("").by(Auth::Post)).await.expect_refusal("invalid_client");
    server.request(reqwest::Method::POST, "/token").await.expect_refusal("invalid_client");
    let other_case = app.secret.clone().unwrap().to_uppercase();
    ask(&app.with_secret(&other_case)).await.expect_refusal("invalid_client");
    for header in ["Bearer abc", "Basic", "Basic !!!", "Basic YWJj", "Digest username=\"app\""] {
        ask(&app).header("authorization", header).await.expect_refusal("invalid_client");
    }
}

/// RFC 7591 §2: a client uses the method that it is registered with.
#[tokio::test]
async fn only_a_registered_method_counts() {
    let server = Server::start().await;
    let service = || server.client().service("api:read");
    let basic = service().auth_methods(&[AuthMethod::ClientSecretBasic]).create().await;
    basic.asks_for_itself().await.expect_tokens();
    basic.by(Auth::Post).asks_for_itself().await.expect_refusal("invalid_client");

    let post = service().auth_methods(&[AuthMethod::ClientSecretPost]).create().await;
    post.by(Auth::Post).asks_for_itself().await.expect_tokens();
    post.by(Auth::Basic).asks_for_itself().await.expect_refusal("invalid_client");
}

#[tokio::test]
async fn two_secrets_are_valid_until_the_old_one_ends() {
    let server = Server::start().await;
    let old = server.client().service("api:read").create().await;
    old.asks_for_itself().await.expect_tokens();
    let new = old.rotates_secret(Seconds::hours(1)).await;
    new.asks_for_itself().await.expect_tokens();
    old.asks_for_itself().await.expect_tokens();

    server.advance(Seconds::hours(1)).await;
    new.asks_for_itself().await.expect_tokens();
    old.asks_for_itself().await.expect_refusal("invalid_client");
}

#[tokio::test]
async fn a_secret_replaced_without_overlap_ends_at_once() {
    let server = Server::start().await;
    let old = server.client().service("api:read").create().await;
    old.asks_for_itself().await.expect_tokens();
    let new = old.rotates_secret(Seconds(0)).await;
    old.asks_for_itself().await.expect_refusal("invalid_client");
    new.asks_for_itself().await.expect_tokens();
}

#[tokio::test]
async fn a_disabled_client_is_no_client() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    app.is_disabled().await;
    app.redeems(&code).await.expect_refusal("invalid_client");
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_client");
    app.introspects(&tokens.access_token).await.expect_refusal("invalid_client");
    app.revokes(&tokens.access_token).await.expect_refusal("invalid_client");
    app.userinfo(&tokens.access_token).await.expect_status(401);
}

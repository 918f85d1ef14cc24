//! Refused at `/authorize`. RFC 6749 §4.1.2.1.

use signet::{domain::refused::Endpoint, protocol::token::GrantType, services::refused};

use super::{differs, everything, last, of, reason};
use crate::harness::{Server, cast};

#[tokio::test]
async fn a_redirect_uri_stands_beside_those_registered() {
    let server = Server::start().await;
    let app =
        server.client().redirect_uri("https://app.example/1").redirect_uri("https://app.example/2").create().await;
    let registered = ["https://app.example/1", "https://app.example/2"];
    let tries = |uri: &str| app.authorize(&server.browser()).with("redirect_uri", uri);
    tries("https://app.example/cb/").await.expect_page(400);
    differs(&app, "invalid_request", ("redirect_uri", Some("https://app.example/cb/"), &registered));
    assert_eq!(last(&app, "invalid_request").endpoint, Endpoint::Authorize);
    tries("https://al:hunter2@app.example/cb?code=hunter2").await.expect_page(400);
    differs(&app, "invalid_request", ("redirect_uri", Some("https://…@app.example/cb?code=…"), &registered));
    app.authorize(&server.browser()).without("redirect_uri").await.expect_page(400);
    differs(&app, "invalid_request", ("redirect_uri", None, &registered));
    tries(&format!("https://app.example/\u{202e}{}", "x/".repeat(200))).await.expect_page(400);
    let sent = last(&app, "invalid_request").difference.unwrap().sent.unwrap();
    assert_eq!((sent.chars().count(), sent.contains('\u{202e}')), (301, false));
    assert!(!everything(&server).contains("hunter2"));
}

#[tokio::test]
async fn what_was_asked_for_stands_beside_what_is_registered() {
    let server = Server::start().await;
    let app = server.client().scope("openid read:org").resource("https://api.example").create().await;
    let asks = |name: &str, value: &str| app.authorize(&server.browser()).with(name, value);
    asks("response_type", "token").await.expect_error("unsupported_response_type");
    differs(&app, "unsupported_response_type", ("response_type", Some("token"), &["code"]));
    asks("scope", "read:org write:org").await.expect_error("invalid_scope");
    differs(&app, "invalid_scope", ("scope", Some("read:org write:org"), &["openid", "read:org"]));
    reason(&app, "invalid_scope", "the client is not registered for write:org");
    asks("resource", "https://other.example").await.expect_error("invalid_target");
    differs(&app, "invalid_target", ("resource", Some("https://other.example"), &["https://api.example"]));
    asks("response_mode", "fragment").await.expect_error("invalid_request");
    differs(&app, "invalid_request", ("response_mode", Some("fragment"), &["query", "form_post"]));
    asks("code_challenge_method", "plain").await.expect_error("invalid_request");
    differs(&app, "invalid_request", ("code_challenge_method", Some("plain"), &["S256"]));
}

#[tokio::test]
async fn a_client_that_must_use_pkce_and_one_without_the_grant_are_told_apart() {
    let server = Server::start().await;
    let spa = server.client().public().create().await;
    spa.authorize(&server.browser()).without_pkce().await.expect_error("invalid_request");
    differs(&spa, "invalid_request", ("code_challenge_method", None, &["S256"]));
    let service = server.client().grants(&[GrantType::ClientCredentials]).create().await;
    service.authorize(&server.browser()).await.expect_error("unauthorized_client");
    differs(&service, "unauthorized_client", ("grant_type", Some("authorization_code"), &["client_credentials"]));
}

/// A disabled client is refused like one that is not there; only the administrator sees which it is.
#[tokio::test]
async fn a_disabled_client_and_an_unknown_one_are_kept_apart() {
    let server = Server::start().await;
    let app = server.client().create().await;
    app.is_disabled().await;
    app.authorize(&server.browser()).await.expect_page(400);
    reason(&app, "invalid_request", "the client is disabled");

    app.authorize(&server.browser()).with("client_id", "nobody").await.expect_page(400);
    let stranger = refused::unknown(&server.site.core).remove(0);
    assert_eq!((stranger.client, stranger.named.as_deref()), (None, Some("nobody")));
    assert_eq!(stranger.reason, "no client of this id is registered");
    server.get("/authorize?client_id=%ff").await.expect_status(400);
    server.request(crate::harness::Method::POST, "/authorize").raw("text/plain", "x").await.expect_status(400);
    assert_eq!(refused::unknown(&server.site.core).len(), 3);
    assert_eq!(of(&app).len(), 1);
}

/// OpenID Connect Core §3.1.2.1: whoever asks silently has to expect these.
#[tokio::test]
async fn the_usual_answers_to_prompt_none_are_no_news() {
    let (_server, app, alice) = cast().await;
    let silent = || alice.asked_by(&app).with("prompt", "none");
    silent().await.expect_error("login_required");
    alice.approves(&app).await;
    alice.withdraws(&app).await;
    silent().await.expect_error("consent_required");
    assert_eq!(of(&app), []);
}

#[tokio::test]
async fn what_happens_again_is_counted_and_a_user_who_says_no_is_seen() {
    let (_server, app, alice) = cast().await;
    for _ in 0..3 {
        alice.asked_by(&app).with("max_age", "soon").await.expect_error("invalid_request");
    }
    alice.asked_by(&app).await;
    alice.browser.submit(&alice.credentials()).await;
    alice.browser.submit(&[("decision", "deny")]).await;
    let times: Vec<_> = of(&app).into_iter().map(|refused| (refused.error.as_str(), refused.times)).collect();
    assert_eq!(times, [("access_denied", 1), ("invalid_request", 3)]);
}

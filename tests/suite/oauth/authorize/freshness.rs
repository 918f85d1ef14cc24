//! `max_age`: how old the sign-in may be. OpenID Connect Core §3.1.2.1.

use crate::harness::{Seconds, Server, claims};

#[tokio::test]
async fn a_sign_in_within_max_age_is_good_enough() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    server.advance(Seconds(60)).await;
    let code = alice.asked_by(&app).with("max_age", "60").await.expect_code();
    let id = claims(app.redeems(&code).await.expect_tokens().id());
    // OpenID Connect Core §2: auth_time is required where max_age was asked for.
    assert_eq!(id["auth_time"].as_i64(), Some(server.now() - 60));
}

#[tokio::test]
async fn an_older_sign_in_is_asked_for_again() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    server.advance(Seconds(61)).await;
    alice.asked_by(&app).with("max_age", "60").with("prompt", "none").await.expect_error("login_required");
    let asked = alice.asked_by(&app).with("max_age", "60").await;
    assert!(asked.expect_page(200).text().contains("name=\"password\""));
    let answer = alice.browser.submit(&alice.credentials()).await;
    let id = claims(app.redeems(&asked.code(&answer)).await.expect_tokens().id());
    assert_eq!(id["auth_time"].as_i64(), Some(server.now()));
}

/// A slow reader of the next page is not asked for the password twice.
#[tokio::test]
async fn a_sign_in_for_this_request_is_fresh_however_long_the_consent_takes() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let asked = alice.asked_by(&app).with("max_age", "5").await;
    alice.browser.submit(&alice.credentials()).await;
    server.advance(Seconds(120)).await;
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    asked.code(&answer);
}

/// OpenID Connect Core §3.1.2.1: `max_age=0` is equivalent to `prompt=login`, in the very same second too.
#[tokio::test]
async fn max_age_zero_always_asks() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    alice.asked_by(&app).with("max_age", "0").with("prompt", "none").await.expect_error("login_required");
    let asked = alice.asked_by(&app).with("max_age", "0").await;
    assert!(asked.expect_page(200).text().contains("name=\"password\""));
    let answer = alice.browser.submit(&alice.credentials()).await;
    asked.code(&answer);
}

#[tokio::test]
async fn a_max_age_that_is_no_number_of_seconds_is_an_invalid_request() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for wrong in ["-1", "+1", "1.5", "x", " 1", "99999999999999999999"] {
        app.authorize(&server.browser()).with("max_age", wrong).await.expect_error("invalid_request");
    }
}

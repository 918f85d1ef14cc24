//! Who the client expects: `login_hint`, `id_token_hint`, and a `sub` that is asked for. OpenID Connect Core §3.1.2.1.

use serde_json::json;

use crate::harness::{Seconds, Server, TestClient, TestUser};

async fn id_token(app: &TestClient, user: &TestUser) -> String {
    app.redeems(&user.approves(app).await).await.expect_tokens().id().to_owned()
}

/// OpenID Connect Core §3.1.2.1: a hint about the login identifier, and no more than that.
#[tokio::test]
async fn a_login_hint_is_filled_in_and_decides_nothing() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let asked = alice.asked_by(&app).with("login_hint", "bob@example.com").await;
    assert!(asked.expect_page(200).text().contains("value=\"bob@example.com\""));
    let answer = alice.answers_pages(&asked).await;
    asked.code(&answer);
    alice.asked_by(&app).with("login_hint", "bob@example.com").await.expect_code();
}

#[tokio::test]
async fn a_login_hint_is_inert() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for hint in ["\"><script>alert(1)</script>", "\" autofocus onfocus=\"alert(1)", "</form><b>"] {
        let asked = app.authorize(&server.browser()).with("login_hint", hint).await;
        let page = asked.expect_page(200).text();
        assert!(!page.contains("<script") && !page.contains("onfocus=\"") && !page.contains("<b>"), "{page}");
    }
}

/// OpenID Connect Core §3.1.2.1: a success, if the user that the hint names is signed in.
#[tokio::test]
async fn a_hint_that_names_the_user_changes_nothing() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let hint = id_token(&app, &alice).await;
    alice.asked_by(&app).with("id_token_hint", &hint).await.expect_code();
    alice.asked_by(&app).with("id_token_hint", &hint).with("prompt", "none").await.expect_code();
}

/// OpenID Connect Core §3.1.2.2: no answer for another user than the one that is asked for.
#[tokio::test]
async fn a_hint_that_names_somebody_else_is_never_answered_with_a_code() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let hint = id_token(&app, &alice).await;
    bob.approves(&app).await;
    bob.asked_by(&app).with("id_token_hint", &hint).with("prompt", "none").await.expect_error("login_required");

    let asked = bob.asked_by(&app).with("id_token_hint", &hint).await;
    assert!(asked.expect_page(200).text().contains("expects another account"));
    let stubborn = bob.browser.submit(&bob.credentials()).await;
    asked.error(&stubborn, "login_required");

    let asked = bob.asked_by(&app).with("id_token_hint", &hint).await;
    let answer = bob.browser.submit(&alice.credentials()).await;
    asked.code(&answer);
}

/// OpenID Connect Core §3.1.2.1: the hint need not be of now; an expired one says who, too.
#[tokio::test]
async fn an_expired_token_is_still_a_hint() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let hint = id_token(&app, &alice).await;
    server.advance(Seconds::days(2)).await;
    alice.asked_by(&app).with("id_token_hint", &hint).with("prompt", "none").await.expect_code();
}

#[tokio::test]
async fn a_hint_that_is_not_ours_is_an_invalid_request() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let (head, signature) = tokens.id().rsplit_once('.').unwrap();
    let (header, claims) = head.split_once('.').unwrap();
    let swapped = match signature.chars().next() {
        Some('A') => format!("B{}", &signature[1..]),
        _ => format!("A{}", &signature[1..]),
    };
    for foreign in [
        "x",
        "a.b.c",
        &tokens.access_token,
        &format!("{head}."),
        &format!("{head}.{swapped}"),
        // {"alg":"none"}
        &format!("eyJhbGciOiJub25lIn0.{claims}."),
        // {"sub":"usr_somebody"}
        &format!("{header}.eyJzdWIiOiJ1c3Jfc29tZWJvZHkifQ.{signature}"),
    ] {
        alice.asked_by(&app).with("id_token_hint", foreign).await.expect_error("invalid_request");
    }
}

/// The token of another server names nobody here.
#[tokio::test]
async fn a_token_of_another_issuer_is_no_hint() {
    let (ours, theirs) = (Server::start().await, Server::start().await);
    let (app, alice) = (ours.client().create().await, ours.user("alice").await);
    let (their_app, their_alice) = (theirs.client().id(&app.id).create().await, theirs.user("alice").await);
    let hint = id_token(&their_app, &their_alice).await;
    alice.approves(&app).await;
    alice.asked_by(&app).with("id_token_hint", &hint).await.expect_error("invalid_request");
}

/// A token that was issued to another client proves nothing about this one.
#[tokio::test]
async fn a_token_of_another_client_is_no_hint() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let other = server.client().create().await;
    let hint = id_token(&other, &alice).await;
    alice.approves(&app).await;
    alice.asked_by(&app).with("id_token_hint", &hint).await.expect_error("invalid_request");
}

/// OpenID Connect Core §5.5.1: a `sub` that is asked for by its value is a condition.
#[tokio::test]
async fn a_sub_that_is_asked_for_must_be_the_users() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    alice.approves(&app).await;
    bob.approves(&app).await;
    for place in ["id_token", "userinfo"] {
        let wanted = json!({place: {"sub": {"value": alice.id}}}).to_string();
        alice.asked_by(&app).with("claims", &wanted).await.expect_code();
        bob.asked_by(&app).with("claims", &wanted).with("prompt", "none").await.expect_error("login_required");
    }
}

/// Two conditions that no user meets both.
#[tokio::test]
async fn a_hint_and_a_sub_that_disagree_are_never_answered_with_a_code() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let hint = id_token(&app, &alice).await;
    let wanted = json!({"id_token": {"sub": {"value": bob.id}}}).to_string();
    alice.asked_by(&app).with("id_token_hint", &hint).with("claims", &wanted).await.expect_error("invalid_request");
    let both = json!({"id_token": {"sub": {"value": bob.id}}, "userinfo": {"sub": {"value": alice.id}}}).to_string();
    alice.asked_by(&app).with("claims", &both).await.expect_error("invalid_request");
}

//! How the user is to sign in: wished for, or a condition. OpenID Connect Core §5.5.1.1.

use serde_json::json;

use crate::{
    accounts::authenticator::{answers, challenge, enrols},
    harness::{Authorization, Server, TestClient, TestUser, claims},
};

const PASSWORD: &str = "urn:signet:acr:password";
const FEDERATED: &str = "urn:signet:acr:federated";
const TWO_FACTORS: &str = "urn:signet:acr:2fa";

fn asking(server: &Server, app: &TestClient, acr: &serde_json::Value) -> Authorization {
    app.authorize(&server.browser()).with("claims", &json!({"id_token": {"acr": acr}}).to_string())
}

/// OpenID Connect Unmet Authentication Requirements §2.
#[tokio::test]
async fn an_essential_acr_that_nobody_reaches_is_unmet() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for acr in [
        json!({"essential": true, "value": "urn:example:hardware"}),
        json!({"essential": true, "values": ["urn:example:hardware", "urn:example:gold"]}),
    ] {
        asking(&server, &app, &acr).await.expect_error("unmet_authentication_requirements");
    }
}

#[tokio::test]
async fn an_acr_that_is_reached_or_only_wished_for_goes_on() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for acr in [
        json!(null),
        json!({"essential": true}),
        json!({"value": "urn:example:hardware"}),
        json!({"essential": false, "values": ["urn:example:hardware"]}),
        json!({"essential": true, "value": PASSWORD}),
        json!({"essential": true, "values": ["urn:example:hardware", PASSWORD]}),
    ] {
        asking(&server, &app, &acr).await.expect_page(200);
    }
}

/// OpenID Connect Core §3.1.2.1: `acr_values` is a voluntary request; the token says what was reached.
#[tokio::test]
async fn acr_values_are_a_wish() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("acr_values", "urn:example:hardware")).await;
    let id = claims(app.redeems(&code).await.expect_tokens().id());
    assert_eq!(id["acr"], PASSWORD);
    assert_eq!(id["amr"], json!(["pwd"]));
}

/// Alice in her browser, with this condition.
fn demanding(app: &TestClient, alice: &TestUser, acr: &str) -> Authorization {
    let claims = json!({"id_token": {"acr": {"essential": true, "value": acr}}});
    alice.asked_by(app).with("claims", &claims.to_string())
}

/// Signed in by password before she set her second factor up.
async fn cast_of_one_factor() -> (Server, TestClient, TestUser, crate::accounts::authenticator::Authenticator) {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let phone = enrols(&server, &alice).await;
    (server, app, alice, phone)
}

#[track_caller]
fn is_asked_to_sign_in(asked: &crate::harness::Asked) {
    let page = asked.expect_page(200).text();
    assert!(page.contains("name=\"password\"") && page.contains("asks you to sign in again"), "{page}");
}

/// OpenID Connect Core §5.5.1.1: as an essential claim it has to be met, by a new sign-in if need be.
#[tokio::test]
async fn a_session_of_one_factor_is_raised_by_a_sign_in_with_two() {
    let (server, app, alice, phone) = cast_of_one_factor().await;
    is_asked_to_sign_in(&demanding(&app, &alice, TWO_FACTORS).await);
    demanding(&app, &alice, TWO_FACTORS).with("prompt", "none").await.expect_error("login_required");

    let posed = challenge(&server, &alice).await;
    let begun = answers(&server, &posed, &phone.shows(server.now())).await.unwrap();
    alice.browser.set_cookie("signet", begun.cookie.reveal());
    let code = alice.allows(demanding(&app, &alice, TWO_FACTORS)).await;
    let id = claims(app.redeems(&code).await.expect_tokens().id());
    assert_eq!(id["acr"], TWO_FACTORS);
    assert_eq!(id["amr"], json!(["pwd", "otp", "mfa"]));
    demanding(&app, &alice, PASSWORD).await.expect_error("unmet_authentication_requirements");
}

/// OpenID Connect Unmet Authentication Requirements §2.
#[tokio::test]
async fn what_this_user_cannot_reach_is_unmet() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let asked = demanding(&app, &alice, TWO_FACTORS).await;
    let answer = alice.browser.submit(&alice.credentials()).await;
    asked.error(&answer, "unmet_authentication_requirements");
    demanding(&app, &alice, TWO_FACTORS).await.expect_error("unmet_authentication_requirements");
}

/// One try: a sign-in that came out lower is not asked for again.
#[tokio::test]
async fn a_sign_in_that_does_not_reach_it_is_unmet() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let asked = demanding(&app, &alice, FEDERATED).await;
    is_asked_to_sign_in(&asked);
    let answer = alice.browser.submit(&alice.credentials()).await;
    asked.error(&answer, "unmet_authentication_requirements");
}

/// OpenID Connect Core §3.1.2.1: a wish is worth a step that the user can take, and never an error.
#[tokio::test]
async fn a_wish_for_two_factors_asks_those_who_have_them() {
    let (server, app, alice, _) = cast_of_one_factor().await;
    let wish = |user: &TestUser| user.asked_by(&app).with("acr_values", TWO_FACTORS);
    is_asked_to_sign_in(&wish(&alice).await);
    wish(&alice).with("prompt", "none").await.expect_code();

    let bob = server.user("bob").await;
    bob.approves(&app).await;
    wish(&bob).await.expect_code();
}

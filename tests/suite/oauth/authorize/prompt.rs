//! `prompt`: how much the user is asked. OpenID Connect Core §3.1.2.1.

use reqwest::Method;

use crate::harness::{Asked, Seconds, Server, TestUser, claims};

#[track_caller]
fn shows(asked: &Asked, form: &str) {
    let action = asked.expect_page(200).forms()[0].action.clone();
    assert!(action.ends_with(form), "{action} is not {form}");
}

fn session(alice: &TestUser) -> String {
    alice.browser.cookie("signet").expect("a session")
}

/// OpenID Connect Core §3.1.2.6.
#[tokio::test]
async fn none_without_a_session_is_login_required() {
    let server = Server::start().await;
    let app = server.client().create().await;
    app.authorize(&server.browser()).with("prompt", "none").await.expect_error("login_required");
    let first_party = server.client().first_party().create().await;
    first_party.authorize(&server.browser()).with("prompt", "none").await.expect_error("login_required");
}

/// OpenID Connect Core §3.1.2.6.
#[tokio::test]
async fn none_without_consent_is_consent_required() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.browser.signs_in(&alice).await;
    alice.asked_by(&app).with("prompt", "none").await.expect_error("consent_required");
    alice.approves(&app).await;
    let code = alice.asked_by(&app).with("prompt", "none").await.expect_code();
    app.redeems(&code).await.expect_tokens();
}

/// OpenID Connect Core §3.1.2.1: `none` with any other value is an error.
#[tokio::test]
async fn none_stands_alone_and_unknown_values_are_refused() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    for wrong in ["none login", "login none", "none consent select_account", "create", "NONE", "login unheard_of"] {
        alice.asked_by(&app).with("prompt", wrong).await.expect_error("invalid_request");
    }
}

/// OpenID Connect Core §3.1.2.1: consent is asked again, though it was given.
#[tokio::test]
async fn consent_asks_again() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    alice.asked_by(&app).await.expect_code();
    let asked = alice.asked_by(&app).with("prompt", "consent").await;
    shows(&asked, "/consent");
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    asked.code(&answer);

    let first_party = server.client().first_party().create().await;
    alice.asked_by(&first_party).await.expect_code();
    shows(&alice.asked_by(&first_party).with("prompt", "consent").await, "/consent");
}

/// OpenID Connect Core §3.1.2.1: the user proves who they are again, though they did so a moment ago.
#[tokio::test]
async fn login_asks_again_in_the_very_same_second() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let before = session(&alice);
    let asked = alice.asked_by(&app).with("prompt", "login").await;
    shows(&asked, "/login");
    assert!(asked.answer.text().contains("asks you to sign in again"));
    // Opening the same page again is no sign-in either.
    let again = alice.asked_by(&app).with("prompt", "login").await;
    shows(&again, "/login");
    let answer = alice.browser.submit(&alice.credentials()).await;
    again.code(&answer);
    assert_ne!(session(&alice), before);
}

/// `prompt=login` of one page is met by its own sign-in, and not by going around its form.
#[tokio::test]
async fn a_login_page_cannot_be_walked_past() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let asked = alice.asked_by(&app).with("prompt", "login").await;
    let sealed = asked.answer.forms()[0].hidden[0].1.clone();
    let resumed = alice.browser.get(&format!("/authorize/resume?interaction={sealed}")).await;
    assert!(resumed.text().contains("name=\"password\""), "{}", resumed.text());
    for (path, name, value) in [("/consent", "decision", "allow"), ("/choose-account", "account", "continue")] {
        let form = alice.browser.request(Method::POST, path).header("origin", &server.site.origin());
        let answer = form.with("interaction", sealed.as_str()).with(name, value).await;
        assert!(answer.expect_status(200).text().contains("name=\"password\""), "{}", answer.text());
    }
    alice.browser.form_of(&asked.answer, &[("email", "alice"), ("password", "guess")]).await.expect_status(400);
    let resumed = alice.browser.get(&format!("/authorize/resume?interaction={sealed}")).await;
    assert!(resumed.text().contains("name=\"password\""), "{}", resumed.text());
}

/// OpenID Connect Core §2: `auth_time` and `sid`; a fresh proof changes the first and keeps the second.
#[tokio::test]
async fn a_fresh_sign_in_keeps_the_session_and_moves_its_time() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.approves(&app).await;
    let first = claims(app.redeems(&code).await.expect_tokens().id());
    server.advance(Seconds(100)).await;
    let code = alice.allows(alice.asked_by(&app).with("prompt", "login")).await;
    let second = claims(app.redeems(&code).await.expect_tokens().id());
    assert_eq!(first["sid"], second["sid"]);
    assert_eq!(second["auth_time"].as_i64(), first["auth_time"].as_i64().map(|time| time + 100));
}

/// `login consent` asks for both, in that order.
#[tokio::test]
async fn several_prompts_are_asked_one_after_the_other() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let asked = alice.asked_by(&app).with("prompt", "login consent").await;
    shows(&asked, "/login");
    let consent = alice.browser.submit(&alice.credentials()).await;
    assert!(consent.forms()[0].action.ends_with("/consent"), "{}", consent.text());
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    asked.code(&answer);
}

//! `prompt=select_account`: go on as the person who is signed in, or as another. OpenID Connect Core §3.1.2.1.

use crate::harness::{Asked, Server, claims};

fn is_asked(asked: &Asked) -> &str {
    let page = asked.expect_page(200);
    assert!(page.forms()[0].action.ends_with("/choose-account"), "{}", page.text());
    page.text()
}

#[tokio::test]
async fn the_person_goes_on_as_they_are() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let asked = alice.asked_by(&app).with("prompt", "select_account").await;
    let html = is_asked(&asked);
    assert!(html.contains("alice@example.com") && html.contains(">Continue as alice Example</button>"), "{html}");
    let answer = alice.browser.submit(&[("account", "continue")]).await;
    asked.code(&answer);
}

#[tokio::test]
async fn another_account_signs_in() {
    let server = Server::start().await;
    let (app, alice, bob) = (server.client().create().await, server.user("alice").await, server.user("bob").await);
    alice.approves(&app).await;
    let old = alice.browser.cookie("signet").unwrap();
    let asked = alice.asked_by(&app).with("prompt", "select_account").await;
    is_asked(&asked);
    let login = alice.browser.submit(&[("account", "other")]).await;
    assert!(login.expect_status(200).text().contains("name=\"password\""));
    let thief = server.browser();
    thief.set_cookie("signet", &old);
    app.authorize(&thief).with("prompt", "none").await.expect_error("login_required");
    let consent = alice.browser.submit(&bob.credentials()).await;
    assert!(consent.forms()[0].action.ends_with("/consent"), "he chose by signing in: {}", consent.text());
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let tokens = app.redeems(&asked.code(&answer)).await.expect_tokens();
    assert_eq!(claims(tokens.id())["sub"], bob.id.as_str());
}

/// Nobody is signed in: the login page is the choice.
#[tokio::test]
async fn without_a_session_there_is_nothing_to_choose() {
    let server = Server::start().await;
    let (app, alice) = (server.client().first_party().create().await, server.user("alice").await);
    let asked = alice.asked_by(&app).with("prompt", "select_account").await;
    assert!(asked.expect_page(200).text().contains("name=\"password\""));
    let answer = alice.browser.submit(&alice.credentials()).await;
    asked.code(&answer);
}

/// The choice comes before consent, and is asked each time.
#[tokio::test]
async fn the_choice_comes_first_and_every_time() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let asked = alice.asked_by(&app).with("prompt", "consent select_account").await;
    is_asked(&asked);
    let consent = alice.browser.submit(&[("account", "continue")]).await;
    assert!(consent.forms()[0].action.ends_with("/consent"), "{}", consent.text());
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    asked.code(&answer);
    is_asked(&alice.asked_by(&app).with("prompt", "select_account").await);
}

/// `login select_account`: the fresh sign-in is the choice.
#[tokio::test]
async fn a_fresh_sign_in_is_a_choice() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let asked = alice.asked_by(&app).with("prompt", "login select_account").await;
    assert!(asked.expect_page(200).text().contains("name=\"password\""));
    let answer = alice.browser.submit(&alice.credentials()).await;
    asked.code(&answer);
}

#[tokio::test]
async fn a_choice_that_is_none_is_refused() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let page = alice.asked_by(&app).with("prompt", "select_account").await.answer;
    for fields in
        [&[][..], &[("account", "")], &[("account", "usr_1")], &[("account", "continue"), ("account", "other")]]
    {
        let answer = alice.browser.form_of(&page, fields).await;
        answer.expect_status(400);
        assert_eq!(answer.location(), None);
    }
}

//! A forgotten password, from the letter to the new one.

use super::{at_home, says};
use crate::harness::{Answer, Browser, PASSWORD, Seconds, Server, TestUser};

const NEXT: &str = "another horse battery";

async fn forgets(browser: &Browser, email: &str) -> Answer {
    browser.get("/account/forgot").await.expect_status(200);
    browser.submit(&[("email", email)]).await
}

async fn letter() -> (Server, TestUser, String) {
    let (server, alice) = at_home().await;
    forgets(&server.browser(), &alice.email).await.expect_status(200);
    let link = server.letter_to(&alice.email).await.link().to_owned();
    (server, alice, link)
}

async fn opens(server: &Server, user: &TestUser, password: &str) -> bool {
    let browser = server.browser();
    browser.get("/login").await;
    browser.submit(&[("email", &user.email), ("password", password)]).await.status == 200
}

#[tokio::test]
async fn a_letters_link_sets_a_new_password_and_ends_every_session() {
    let (server, alice, link) = letter().await;
    let browser = server.browser();
    says(browser.get(&link).await.expect_status(200), "Set a new password");
    let page = browser.submit(&[("new_password", NEXT)]).await;
    says(page.expect_status(200), "Your password is changed, and every session has ended.");
    says(&page, "value=\"alice@example.com\"");
    assert!(!page.url.as_str().contains("token="));
    assert!(opens(&server, &alice, NEXT).await && !opens(&server, &alice, PASSWORD).await);
    says(&alice.browser.get("/account").await, "name=\"password\"");
}

/// Looking spends nothing, and the link stands in the address of the letter's page alone.
#[tokio::test]
async fn a_link_is_spent_by_its_form_and_once() {
    let (server, alice, link) = letter().await;
    let browser = server.browser();
    for _ in 0..2 {
        browser.get(&link).await.expect_status(200);
    }
    let short = browser.submit(&[("new_password", "short")]).await;
    says(short.expect_status(400), "at least 10 characters");
    browser.submit(&[("new_password", NEXT)]).await.expect_status(200);
    browser.get(&link).await;
    says(
        browser.submit(&[("new_password", PASSWORD)]).await.expect_status(400),
        "This link has been used, or is too old. Ask for a new one.",
    );
    assert!(!opens(&server, &alice, PASSWORD).await);
}

#[tokio::test]
async fn a_link_is_good_for_half_an_hour() {
    let (server, alice, link) = letter().await;
    server.advance(Seconds::minutes(30)).await;
    let browser = server.browser();
    browser.get(&link).await;
    browser.submit(&[("new_password", NEXT)]).await.expect_status(400);
    assert!(opens(&server, &alice, PASSWORD).await);
}

/// The page is the same to the letter, and only the owner of an account is written to.
#[tokio::test]
async fn known_and_unknown_addresses_are_told_alike() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let known = forgets(&server.browser(), &alice.email).await;
    let unknown = forgets(&server.browser(), "nobody@example.com").await;
    let bare = |page: &Answer, email: &str| {
        let text = page.text().replace(email, "typed");
        text.split("interaction=")
            .map(|piece| piece.split_once('"').map_or(piece, |(_, rest)| rest))
            .collect::<String>()
    };
    assert_eq!((known.status, bare(&known, &alice.email)), (200, bare(&unknown, "nobody@example.com")));
    let letters = server.letters().await;
    assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["alice@example.com"]);
}

/// Keycloak CVE-2026-18963: a reset goes on with its own proof alone.
#[tokio::test]
async fn without_the_letters_token_nothing_is_reset() {
    let (server, alice, link) = letter().await;
    let browser = server.browser();
    browser.get("/account/reset").await;
    assert_eq!(browser.page().url.path(), "/account/forgot");
    let page = browser.get(&link).await;
    for token in ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        let forged = browser.form_of(&page, &[("new_password", NEXT)]).with("token", token);
        forged.await.expect_status(400);
    }
    browser.form_of(&page, &[("new_password", NEXT)]).header("origin", "null").await.expect_status(403);
    browser.form_of(&page, &[("new_password", NEXT)]).without("form").await.expect_status(400);
    assert!(opens(&server, &alice, PASSWORD).await);
}

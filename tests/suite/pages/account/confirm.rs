//! Confirming an address: by code, by link, and never by looking.

use super::{at_home, is_silent_about, link, says};
use crate::harness::{Browser, PASSWORD, Server};

const NEW: &str = "new@example.com";

async fn registered() -> (Server, Browser) {
    let server = Server::start().await;
    let browser = server.browser();
    browser.get("/account/register").await;
    browser.submit(&[("email", NEW), ("password", PASSWORD)]).await.expect_status(200);
    (server, browser)
}

async fn is_confirmed(server: &Server) -> bool {
    let browser = server.browser();
    browser.get("/login").await;
    let page = browser.submit(&[("email", NEW), ("password", PASSWORD)]).await;
    !page.expect_status(200).text().contains("not confirmed")
}

/// Programs that look into letters follow every link: looking confirms nothing.
#[tokio::test]
async fn a_link_confirms_by_its_button_only_and_once() {
    let (server, _) = registered().await;
    let letter = server.letter_to(NEW).await;
    let browser = server.browser();
    for _ in 0..2 {
        says(browser.get(letter.link()).await.expect_status(200), ">Confirm my address</button>");
        server.request(reqwest::Method::HEAD, letter.link()).await.expect_status(200);
    }
    assert!(!is_confirmed(&server).await);
    let page = browser.submit(&[]).await;
    says(page.expect_status(200), "Your e-mail address is confirmed.");
    assert!(!page.url.as_str().contains("token="));
    assert!(is_confirmed(&server).await);
    browser.get(letter.link()).await;
    says(browser.submit(&[]).await.expect_status(400), "This code or link is not right, or too old.");
}

/// Whoever registered somebody else's address, and waits signed in, is out; who confirms where they are signed in is not.
#[tokio::test]
async fn who_confirms_stays_signed_in_and_nobody_else() {
    let (server, owner) = registered().await;
    let other = server.browser();
    for browser in [&owner, &other] {
        browser.get("/login").await;
        browser.submit(&[("email", NEW), ("password", PASSWORD)]).await.expect_status(200);
        says(browser.get("/account").await.expect_status(200), NEW);
    }
    owner.get(server.letter_to(NEW).await.link()).await;
    owner.submit(&[]).await.expect_status(200);
    says(&other.get("/account").await, "<h1>Sign in</h1>");
    is_silent_about(&owner.get("/account").await, "<h1>Sign in</h1>");
}

/// The link may be opened where nobody registered: on a phone.
#[tokio::test]
async fn a_code_is_good_with_its_address_on_any_browser() {
    let (server, _) = registered().await;
    let letter = server.letter_to(NEW).await;
    let browser = server.browser();
    browser.get("/account/confirm").await.expect_status(200);
    let wrong = browser.submit(&[("email", "other@example.com"), ("code", letter.code())]).await;
    wrong.expect_status(400);
    let page = browser.submit(&[("email", NEW), ("code", letter.code())]).await;
    says(page.expect_status(200), "Your e-mail address is confirmed.");
}

#[tokio::test]
async fn the_old_letter_is_good_beside_a_new_one() {
    let (server, browser) = registered().await;
    let old = server.letter_to(NEW).await;
    let page = browser.submit_to("/account/confirm/again", &[]).await;
    says(page.expect_status(200), "We have sent a new letter.");
    says(&page, "We have written to <strong>new@example.com</strong>.");
    assert_ne!(old.code(), server.letter_to(NEW).await.code());
    says(browser.submit(&[("code", old.code())]).await.expect_status(200), "Your e-mail address is confirmed.");
}

/// Asked for an address that nobody has, the answer is the same.
#[tokio::test]
async fn a_letter_for_nobody_is_promised_as_well() {
    let server = Server::start().await;
    let browser = server.browser();
    let page = browser.get("/account/confirm").await;
    let hidden = page.forms()[0].hidden.clone();
    let again =
        browser.request(reqwest::Method::POST, "/account/confirm/again").header("origin", &server.site.origin());
    let again = hidden.iter().fold(again, |request, (name, value)| request.and(name, value.as_str()));
    again.and("email", "nobody@example.com").await.expect_status(303);
    assert!(server.letters().await.is_empty());
}

#[tokio::test]
async fn nothing_typed_confirms_nothing() {
    let (server, browser) = registered().await;
    for code in ["", "000000", "      ", "%"] {
        browser.submit(&[("code", code)]).await.expect_status(400);
    }
    assert!(!is_confirmed(&server).await);
}

/// A page that lies open for long still takes the code; only the application has to ask again.
#[tokio::test]
async fn a_letter_may_take_longer_than_a_sign_in() {
    let server = Server::with(|settings| settings.accounts.confirm_seconds = crate::harness::Seconds::hours(2)).await;
    let (app, browser) = (server.client().create().await, server.browser());
    let asked = app.authorize(&browser).await;
    browser.get(&link(&asked.answer, "Create an account")).await;
    browser.submit(&[("email", NEW), ("password", PASSWORD)]).await;
    server.advance(crate::harness::Seconds::hours(1)).await;
    let page = browser.submit(&[("code", server.letter_to(NEW).await.code())]).await;
    says(page.expect_status(200), "to your account at");
}

/// Who is signed in is told on the own page.
#[tokio::test]
async fn a_confirmed_change_ends_on_the_account() {
    let (server, alice) = at_home().await;
    alice.browser.submit_to("/account/profile/email", &[("email", NEW)]).await.expect_status(200);
    alice.browser.get(server.letter_to(NEW).await.link()).await;
    let page = alice.browser.submit(&[]).await;
    assert_eq!(page.expect_status(200).url.path(), "/account");
    says(&page, "<strong>new@example.com</strong>");
}

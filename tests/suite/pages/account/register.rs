//! A new account, from the login page to the application and back.

use reqwest::Method;
use signet::config::limits::{Free, Tries};

use super::{is_silent_about, link, says};
use crate::harness::{Answer, Browser, PASSWORD, Seconds, Server};

const NEW: &str = "new@example.com";

async fn registers(browser: &Browser, email: &str, password: &str) -> Answer {
    browser.get("/account/register").await.expect_status(200);
    browser.submit(&[("name", "New Person"), ("email", email), ("password", password)]).await
}

/// The page without what differs from request to request.
fn bare(page: &Answer, email: &str) -> String {
    let sealed = page.forms().into_iter().flat_map(|form| form.hidden).map(|(_, value)| value);
    sealed.fold(page.text().to_owned(), |text, value| text.replace(&value, "sealed")).replace(email, "typed")
}

#[tokio::test]
async fn somebody_new_registers_confirms_and_goes_on_to_the_application() {
    let server = Server::start().await;
    let (app, browser) = (server.client().first_party().create().await, server.browser());
    let asked = app.authorize(&browser).await;
    let form = browser.get(&link(&asked.answer, "Create an account")).await;
    says(&form, "to continue to <strong>");
    let sent = browser.submit(&[("name", "New Person"), ("email", NEW), ("password", PASSWORD)]).await;
    says(sent.expect_status(200), "We have written to <strong>new@example.com</strong>.");
    let letter = server.letter_to(NEW).await;
    let page = browser.submit(&[("code", letter.code())]).await;
    says(page.expect_status(200), "Your e-mail address is confirmed.");
    says(&page, "value=\"new@example.com\"");
    let answer = browser.submit(&[("email", NEW), ("password", PASSWORD)]).await;
    asked.code(&answer);
}

/// Whoever does not want to wait for the letter signs in without: the address counts for nothing until then.
#[tokio::test]
async fn one_goes_on_without_the_letter() {
    let server = Server::start().await;
    let browser = server.browser();
    let sent = registers(&browser, NEW, PASSWORD).await;
    browser.get(&link(&sent, "Go on without")).await;
    let page = browser.submit(&[("email", NEW), ("password", PASSWORD)]).await;
    assert_eq!(page.expect_status(200).url.path(), "/account");
    says(&page, "not confirmed");
}

/// Nobody learns from the page whether there is an account; its owner learns of the try.
#[tokio::test]
async fn an_address_that_has_an_account_is_answered_like_a_new_one() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let (one, two) = (server.browser(), server.browser());
    let known = registers(&one, &alice.email, PASSWORD).await;
    let new = registers(&two, NEW, PASSWORD).await;
    assert_eq!((known.status, bare(&known, &alice.email)), (200, bare(&new, NEW)));
    let letter = server.letter_to(&alice.email).await;
    assert_eq!(letter.code, None, "{letter:?}");
    let guess = one.submit(&[("code", "123456")]).await;
    let wrong = two.submit(&[("code", "123456")]).await;
    assert_eq!((guess.status, bare(&guess, &alice.email)), (400, bare(&wrong, NEW)));
    server.browser().signs_in(&alice).await;
}

/// A reload sends nothing again: the page after the form is a page of its own.
#[tokio::test]
async fn a_registration_goes_on_by_get_and_names_nobody_in_the_address() {
    let server = Server::start().await;
    let browser = server.browser();
    let page = browser.get("/account/register").await;
    let answer = browser.form_of(&page, &[("email", NEW), ("password", PASSWORD)]).await;
    assert_eq!(answer.expect_status(303).header("cache-control"), Some("no-store"));
    let next = answer.location().unwrap();
    assert!(next.path() == "/account/confirm" && !next.as_str().contains("new@") && !next.as_str().contains("new%40"));
}

#[tokio::test]
async fn what_does_not_fit_is_told_at_its_field_and_what_was_typed_stays() {
    let server = Server::start().await;
    let browser = server.browser();
    let short = registers(&browser, NEW, "short").await;
    says(short.expect_status(400), "at least 10 characters");
    says(&short, "value=\"new@example.com\"");
    says(&short, "aria-invalid=\"true\" aria-describedby=\"problem password-hint\"");
    is_silent_about(&short, "\"short\"");
    let common = registers(&browser, NEW, "password123").await;
    says(common.expect_status(400), "among the first that anybody would try");
    let own = registers(&browser, NEW, "new@example.com").await;
    says(own.expect_status(400), "your name or your address");
    let nobody = registers(&browser, "nobody", PASSWORD).await;
    says(nobody.expect_status(400), "This is no e-mail address.");
    assert!(server.letters().await.is_empty());
}

/// Nobody loses what they typed because they took their time; only the application has to ask again.
#[tokio::test]
async fn a_form_that_was_filled_in_slowly_is_taken() {
    let server = Server::start().await;
    let (app, browser) = (server.client().create().await, server.browser());
    let asked = app.authorize(&browser).await;
    browser.get(&link(&asked.answer, "Create an account")).await;
    server.advance(Seconds::minutes(20)).await;
    let sent = browser.submit(&[("email", NEW), ("password", PASSWORD)]).await;
    says(sent.expect_status(200), "We have written to <strong>new@example.com</strong>.");
    says(&browser.get(&link(&sent, "Go on without")).await, "to your account at");
}

/// Design §9: a form of ours counts from a page of ours, shown to this browser.
#[tokio::test]
async fn a_registration_from_elsewhere_is_refused() {
    let server = Server::start().await;
    let (browser, other) = (server.browser(), server.browser());
    let page = browser.get("/account/register").await;
    let fields = [("email", NEW), ("password", PASSWORD)];
    other.get("/account/register").await;
    other.form_of(&page, &fields).await.expect_status(400);
    browser.form_of(&page, &fields).header("origin", "https://evil.example").await.expect_status(403);
    browser.form_of(&page, &fields).without("form").await.expect_status(400);
    server.request(Method::PUT, "/account/register").await.expect_status(405);
    assert!(server.letters().await.is_empty());
}

/// RFC 6585 §4.
#[tokio::test]
async fn too_many_registrations_are_held_back() {
    let server = Server::with(|settings| {
        settings.limits.tries = Tries { register: Free { per_address: 2, per_account: 100 }, ..Tries::default() };
    });
    let server = server.await;
    let browser = server.browser();
    for name in ["a", "b"] {
        registers(&browser, &format!("{name}@example.com"), PASSWORD).await.expect_status(200);
    }
    let held = registers(&browser, "c@example.com", PASSWORD).await;
    says(held.expect_status(429), "Too many attempts.");
    let seconds: u64 = held.header("retry-after").expect("Retry-After").parse().unwrap();
    assert!((1..=60).contains(&seconds));
}

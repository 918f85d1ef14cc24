//! A sign-in that no application asked for: to the account, and back to the page that wanted it.

use reqwest::Method;
use signet::config::accounts::Registration;

use super::{PAGES, at_home, is_silent_about, link, says};
use crate::harness::{Seconds, Server};

#[tokio::test]
async fn a_page_of_the_account_asks_to_sign_in_and_comes_back() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    for page in PAGES {
        let browser = server.browser();
        let asked = browser.get(page).await;
        says(asked.expect_status(200), "to your account at <strong>127.0.0.1");
        let back = browser.submit(&alice.credentials()).await;
        assert_eq!(back.expect_status(200).url.path(), page);
        says(&back, "alice Example");
    }
}

#[tokio::test]
async fn who_is_signed_in_goes_straight_on() {
    let (_server, alice) = at_home().await;
    let page = alice.browser.get("/login?page=sessions").await;
    assert_eq!(page.expect_status(200).url.path(), "/account/sessions");
}

/// An address is no place to be sent to: only names of our own pages count.
#[tokio::test]
async fn no_address_in_the_query_leads_anywhere() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    for place in ["https://evil.example", "//evil.example", "../../token", "nowhere", "%00"] {
        let browser = server.browser();
        browser.get(&format!("/login?page={place}")).await;
        if browser.page().status == 200 {
            let page = browser.submit(&alice.credentials()).await;
            assert_eq!(page.expect_status(200).url.path(), "/account", "{place}");
        }
    }
}

/// The sealed destination opens on the browser that was shown the page, and on no other; and for 15 minutes.
#[tokio::test]
async fn a_page_of_another_browser_or_of_yesterday_signs_nobody_in() {
    let server = Server::start().await;
    let (alice, mallory) = (server.user("alice").await, server.user("mallory").await);
    let page = mallory.browser.get("/login").await;
    alice.browser.get("/login").await;
    let borrowed = alice.browser.form_of(&page, &mallory.credentials()).await;
    assert!(borrowed.expect_status(400).location().is_none());
    server.advance(Seconds::minutes(15)).await;
    mallory.browser.form_of(&page, &mallory.credentials()).await.expect_status(400);
}

/// A wrong password is told on the page, and the page still leads to where it led.
#[tokio::test]
async fn a_wrong_password_keeps_the_destination() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    alice.browser.get("/account/api-keys").await;
    let wrong = alice.browser.submit(&[("email", &alice.email), ("password", "not this one")]).await;
    says(wrong.expect_status(400), "The e-mail or password is not right.");
    says(&wrong, "to your account at");
    let page = alice.browser.submit(&alice.credentials()).await;
    assert_eq!(page.expect_status(200).url.path(), "/account/api-keys");
}

/// A session that is gone leads to the sign-in once, not round and round.
#[tokio::test]
async fn a_dead_session_asks_to_sign_in_again() {
    let (server, alice) = at_home().await;
    server.advance(Seconds::days(15)).await;
    let asked = alice.browser.get("/account/sessions").await;
    says(asked.expect_status(200), "name=\"password\"");
    assert_eq!(alice.browser.cookie("signet"), None, "the cookie is of no use any more");
    let page = alice.browser.submit(&alice.credentials()).await;
    assert_eq!(page.url.path(), "/account/sessions");
}

#[tokio::test]
async fn nothing_here_cancels_to_an_application() {
    let server = Server::start().await;
    let browser = server.browser();
    let page = browser.get("/login").await;
    is_silent_about(&page, "Cancel");
    let sealed = page.forms()[0].hidden[0].1.clone();
    let answer = browser.request(Method::POST, "/login/cancel").header("origin", &server.site.origin());
    answer.and("interaction", sealed).await.expect_status(400);
}

#[tokio::test]
async fn the_page_links_what_helps_without_a_password() {
    let server = Server::start().await;
    let browser = server.browser();
    let page = browser.get("/login").await;
    says(&browser.get(&link(&page, "Forgot your password?")).await, "Send the link");
    says(&browser.get(&link(&page, "Create an account")).await, "Create the account");
}

#[tokio::test]
async fn where_nobody_may_register_nothing_leads_there() {
    let server = Server::with(|settings| settings.accounts.registration = Registration::Closed).await;
    let browser = server.browser();
    is_silent_about(&browser.get("/login").await, "Create an account");
    says(browser.get("/account/register").await.expect_status(403), "Nobody can register here");
}

/// Keycloak CVE-2026-4282: what is sealed for one use is good for no other.
#[tokio::test]
async fn what_another_page_carries_leads_nowhere() {
    let server = Server::start().await;
    let browser = server.browser();
    let register = browser.get("/account/register").await;
    let token = register.forms()[0].hidden.iter().find(|(name, _)| name == "form").unwrap().1.clone();
    browser.get(&format!("/login?interaction={token}")).await.expect_status(400);
    let destination = register.forms()[0].hidden.iter().find(|(name, _)| name == "interaction").unwrap().1.clone();
    browser.get(&format!("/authorize/resume?interaction={destination}")).await.expect_status(400);
    let fields = [("email", "a@example.com"), ("password", "correct horse battery")];
    browser.form_of(&register, &fields).with("form", destination).await.expect_status(400);
}

/// The home page knows the way for who is signed in.
#[tokio::test]
async fn the_home_page_links_the_account() {
    let (_server, alice) = at_home().await;
    let home = alice.browser.get("/").await;
    assert_eq!(alice.browser.get(&link(&home, "Your account")).await.url.path(), "/account");
}

#[tokio::test]
async fn after_a_sign_out_the_pages_are_closed() {
    let (_server, alice) = at_home().await;
    alice.signs_out().await;
    for page in PAGES {
        says(&alice.browser.get(page).await, "name=\"password\"");
    }
}

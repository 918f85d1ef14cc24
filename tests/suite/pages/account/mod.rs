//! The pages of accounts: before the sign-in, and about the own account.

mod api_keys;
mod applications;
mod confirm;
mod forms;
mod password;
pub(crate) mod phone;
mod profile;
mod register;
mod reset;
mod second_factor;
mod sessions;
mod sign_in;

use crate::harness::{Answer, Browser, Server, TestUser};

/// Each page of the settings.
const PAGES: [&str; 7] = [
    "/account",
    "/account/password",
    "/account/second-factor",
    "/account/sessions",
    "/account/applications",
    "/account/api-keys",
    "/account/providers",
];

/// Alice at her own account.
async fn at_home() -> (Server, TestUser) {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    signs_in(&alice.browser, &alice).await.expect_status(200);
    (server, alice)
}

/// Signs in on the way to the account.
async fn signs_in(browser: &Browser, user: &TestUser) -> Answer {
    browser.get("/login").await.expect_status(200);
    browser.submit(&user.credentials()).await
}

/// Where a page's link leads that says this.
#[track_caller]
fn link(page: &Answer, words: &str) -> String {
    let (before, _) =
        page.text().split_once(&format!(">{words}</a>")).unwrap_or_else(|| panic!("no {words}: {}", page.text()));
    let (_, address) = before.rsplit_once("href=\"").unwrap();
    let path = address.split('"').next().unwrap().replace("&#38;", "&");
    page.url.join(&path).unwrap().to_string()
}

#[track_caller]
fn says(page: &Answer, words: &str) {
    assert!(page.text().contains(words), "{words} is not on {}: {}", page.url, page.text());
}

#[track_caller]
fn is_silent_about(page: &Answer, words: &str) {
    assert!(!page.text().contains(words), "{words} is on {}: {}", page.url, page.text());
}

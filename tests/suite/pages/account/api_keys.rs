//! API keys: made, shown once, rotated, revoked.

use super::{at_home, is_silent_about, says};
use crate::harness::{Answer, Method, Seconds, Server, TestUser};

async fn makes(alice: &TestUser, fields: &[(&str, &str)]) -> Answer {
    alice.browser.get("/account/api-keys").await.expect_status(200);
    alice.browser.submit_to("/account/api-keys", fields).await
}

const SYNC: [(&str, &str); 4] =
    [("name", "Sync"), ("scope", "read:profile"), ("environment", "live"), ("expires", "90")];

/// The key of a page that shows one.
fn key(page: &Answer) -> String {
    let (before, _) = page.expect_status(200).text().split_once("\" readonly").expect("a key");
    before.rsplit('"').next().unwrap().to_owned()
}

async fn works(server: &Server, key: &str) -> bool {
    match server.request(Method::GET, "/datix/v1/auth/me").bearer(key).await.status {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_what_it_is_for() {
    let (server, alice) = at_home().await;
    says(&alice.browser.get("/account/api-keys").await, "You have no API key.");
    let made = makes(&alice, &SYNC).await;
    says(&made, "It is shown only now");
    let key = key(&made);
    assert!(key.starts_with("cdt_live_") && works(&server, &key).await, "{key}");
    let list = alice.browser.get("/account/api-keys").await;
    is_silent_about(&list, &key);
    says(&list, &key[..12]);
    says(&list, "Sync");
}

#[tokio::test]
async fn a_key_lives_as_long_as_was_chosen() {
    let (server, alice) = at_home().await;
    let key = key(&makes(&alice, &[("name", "Short"), ("scope", "read:profile"), ("expires", "30")]).await);
    server.advance(Seconds::days(13)).await;
    assert!(works(&server, &key).await);
    server.advance(Seconds::days(18)).await;
    assert!(!works(&server, &key).await);
}

#[tokio::test]
async fn what_does_not_fit_is_told_and_what_was_typed_stays() {
    let (_server, alice) = at_home().await;
    let none = makes(&alice, &[("name", "Sync"), ("environment", "test"), ("expires", "365")]).await;
    says(none.expect_status(400), "Choose what the key is for.");
    says(&none, "value=\"Sync\"");
    says(&none, "<option value=\"365\" selected>");
    says(makes(&alice, &[("scope", "read:profile"), ("expires", "90")]).await.expect_status(400), "This name is empty");
    let odd = makes(&alice, &[("name", "Sync"), ("scope", "read:profile"), ("expires", "100000")]).await;
    odd.expect_status(400);
}

/// Contracts README 19: a key never has more than its maker.
#[tokio::test]
async fn nobody_gives_a_key_more_than_they_have() {
    let (_server, alice) = at_home().await;
    is_silent_about(&alice.browser.get("/account/api-keys").await, "value=\"admin:");
    let beyond = makes(&alice, &[("name", "Root"), ("scope", "admin:users"), ("expires", "90")]).await;
    says(beyond.expect_status(403), "admin:users");
    is_silent_about(&alice.browser.get("/account/api-keys").await, "Root");
}

#[tokio::test]
async fn a_rotated_key_keeps_the_old_one_for_the_grace() {
    let (server, alice) = at_home().await;
    let old = key(&makes(&alice, &SYNC).await);
    alice.browser.get("/account/api-keys").await;
    let new = key(&alice.browser.submit_to("/api-keys/rotate", &[("grace", "3600")]).await);
    assert!(old != new && works(&server, &old).await && works(&server, &new).await);
    says(&alice.browser.get("/account/api-keys").await, "good until");
    server.advance(Seconds::hours(1)).await;
    assert!(!works(&server, &old).await && works(&server, &new).await);
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let (server, alice) = at_home().await;
    let key = key(&makes(&alice, &SYNC).await);
    alice.browser.get("/account/api-keys").await;
    let page = alice.browser.submit_to("/api-keys/revoke", &[]).await;
    says(page.expect_status(200), "The key is revoked.");
    says(&page, "You have no API key.");
    assert!(!works(&server, &key).await);
}

#[tokio::test]
async fn nobody_touches_the_key_of_somebody_else() {
    let (server, alice) = at_home().await;
    let secret = key(&makes(&alice, &SYNC).await);
    let hers = alice.browser.get("/account/api-keys").await;
    let id = hers.forms()[0].hidden.iter().find(|(name, _)| name == "key").unwrap().1.clone();
    let mallory = server.user("mallory").await;
    mallory.browser.signs_in(&mallory).await;
    key(&makes(&mallory, &SYNC).await);
    mallory.browser.get("/account/api-keys").await;
    for act in ["/account/api-keys/rotate", "/account/api-keys/revoke"] {
        let form = mallory.browser.page().forms().into_iter().find(|form| form.action == act).unwrap();
        let own = mallory.browser.request(Method::POST, act).header("origin", &server.site.origin());
        let own = form.hidden.iter().fold(own, |request, (name, value)| request.and(name, value.as_str()));
        says(own.with("key", id.as_str()).await.expect_status(404), "This key is gone already.");
    }
    assert!(works(&server, &secret).await);
}

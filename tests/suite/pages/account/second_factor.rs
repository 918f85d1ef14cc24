//! The second factor on the pages: set up, asked for, renewed, taken away.

use signet::config::second_factor::Required;

use super::{
    at_home, is_silent_about, link,
    phone::{Phone, codes},
    says, signs_in,
};
use crate::harness::{PASSWORD, Seconds, Server, TestUser};

/// Alice with a second factor; the step that turned it on is over.
async fn cast() -> (Server, TestUser, Phone, Vec<String>) {
    let (server, alice) = at_home().await;
    alice.browser.get("/account/second-factor").await;
    let setup = alice.browser.submit(&[]).await;
    let phone = Phone::scans(setup.expect_status(200));
    let shown = alice.browser.submit(&[("code", &phone.shows(server.now()))]).await;
    let codes = codes(shown.expect_status(200));
    server.advance(Seconds(30)).await;
    (server, alice, phone, codes)
}

#[tokio::test]
async fn somebody_sets_it_up_and_is_asked_for_it_at_the_next_sign_in() {
    let (server, alice, phone, codes) = cast().await;
    assert_eq!(codes.len(), 10);
    says(
        &alice.browser.get("/account/second-factor").await,
        "The second factor is <strong class=\"good\">on</strong>.",
    );
    let app = server.client().first_party().create().await;
    let browser = server.browser();
    let asked = app.authorize(&browser).await;
    let step = browser.submit(&alice.credentials()).await;
    says(step.expect_status(200), "autocomplete=\"one-time-code\"");
    assert_eq!(browser.cookie("signet"), None, "not yet");
    let answer = browser.submit(&[("code", &phone.shows(server.now()))]).await;
    asked.code(&answer);
}

#[tokio::test]
async fn a_wrong_first_code_turns_nothing_on_and_shows_the_same_secret() {
    let (server, alice) = at_home().await;
    alice.browser.get("/account/second-factor").await;
    let setup = alice.browser.submit(&[]).await;
    let phone = Phone::scans(&setup);
    let again = alice.browser.submit(&[("code", "000000")]).await;
    says(again.expect_status(400), "This code is not right");
    assert_eq!(Phone::scans(&again).shows(server.now()), phone.shows(server.now()));
    says(&alice.browser.get("/account/second-factor").await, "is <strong>off</strong>");
}

#[tokio::test]
async fn a_backup_code_goes_into_the_same_field_and_works_once() {
    let (server, alice, _, codes) = cast().await;
    let grouped = format!("{} {}", &codes[0][..4], &codes[0][4..]);
    let browser = server.browser();
    signs_in(&browser, &alice).await;
    assert_eq!(browser.submit(&[("code", &grouped)]).await.expect_status(200).url.path(), "/account");
    let browser = server.browser();
    signs_in(&browser, &alice).await;
    says(browser.submit(&[("code", &codes[0])]).await.expect_status(400), "This code is not right");
}

/// Contracts README 9: a challenge dies of five wrong codes; authentik CVE-2026-54730: nothing typed is nothing proved.
#[tokio::test]
async fn wrong_codes_open_nothing_and_end_the_step() {
    let (server, alice, phone, _) = cast().await;
    let browser = server.browser();
    let step = signs_in(&browser, &alice).await;
    for code in ["", "000000", "      ", "12345", "0000000000000"] {
        browser.submit(&[("code", code)]).await.expect_status(400);
    }
    let right = phone.shows(server.now());
    browser.form_of(&step, &[("code", &right)]).await.expect_status(400);
    assert_eq!(browser.cookie("signet"), None);
    browser.get(&link(&step, "Start again")).await;
    browser.submit(&alice.credentials()).await;
    browser.submit(&[("code", &right)]).await.expect_status(200);
    assert!(browser.cookie("signet").is_some());
}

/// The step advances only with the proof of the one before, on the browser that showed it, in time.
#[tokio::test]
async fn the_step_cannot_be_reached_without_the_password() {
    let (server, alice, phone, _) = cast().await;
    let (browser, other) = (server.browser(), server.browser());
    let step = signs_in(&browser, &alice).await;
    let right = phone.shows(server.now());
    other.get("/login").await;
    other.form_of(&step, &[("code", &right)]).await.expect_status(400);
    let sealed = other.page().forms()[0].hidden[0].1.clone();
    let borrowed = other.form_of(&step, &[("code", &right)]).with("interaction", sealed.as_str());
    assert_eq!(borrowed.await.expect_status(303).location().unwrap().path(), "/login");
    let without = browser.form_of(&step, &[("code", &right)]).without("challenge");
    assert_eq!(without.await.expect_status(303).location().unwrap().path(), "/login");
    browser.form_of(&step, &[("code", &right)]).header("origin", "https://evil.example").await.expect_status(403);
    server.advance(Seconds::minutes(5)).await;
    let late = browser.submit(&[("code", &phone.shows(server.now()))]).await;
    says(late.expect_status(200), "That took too long. Please sign in again.");
    assert_eq!(browser.cookie("signet"), None);
}

/// Where the deployment demands it, it is set up between the password and the application.
#[tokio::test]
async fn a_factor_that_is_demanded_is_set_up_on_the_way() {
    let server = Server::with(|settings| settings.second_factor.required = Required::Everybody).await;
    let (app, alice) = (server.client().first_party().create().await, server.user("alice").await);
    let asked = alice.asked_by(&app).await;
    let setup = alice.browser.submit(&alice.credentials()).await;
    says(setup.expect_status(200), "Your account has to have one.");
    let phone = Phone::scans(&setup);
    let again = alice.browser.submit(&[("code", "000000")]).await;
    says(again.expect_status(400), "This code is not right");
    assert_eq!(alice.browser.cookie("signet"), None);
    let shown = alice.browser.submit(&[("code", &phone.shows(server.now()))]).await;
    assert_eq!(codes(shown.expect_status(200)).len(), 10);
    let answer = alice.browser.get(&link(&shown, "Continue")).await;
    asked.code(&answer);
}

#[tokio::test]
async fn turning_it_off_takes_password_and_code() {
    let (server, alice, phone, _) = cast().await;
    alice.browser.get("/account/second-factor").await;
    let off = |password: &'static str, code: String| {
        let browser = alice.browser.clone();
        async move { browser.submit_to("/disable", &[("current_password", password), ("code", &code)]).await }
    };
    let wrong = off("not this one", phone.shows(server.now())).await;
    says(wrong.expect_status(400), "The current password is not right.");
    says(&wrong, "<details class=\"sure\" open>");
    says(off(PASSWORD, "000000".to_owned()).await.expect_status(400), "This code is not right");
    let done = off(PASSWORD, phone.shows(server.now())).await;
    says(done.expect_status(200), "The second factor is off.");
    says(&done, "Set up a second factor");
    assert_eq!(signs_in(&server.browser(), &alice).await.url.path(), "/account");
}

#[tokio::test]
async fn new_backup_codes_take_the_place_of_the_old_ones() {
    let (server, alice, phone, old) = cast().await;
    alice.browser.get("/account/second-factor").await;
    let shown = alice.browser.submit_to("/backup-codes", &[("code", &phone.shows(server.now()))]).await;
    let new = codes(shown.expect_status(200));
    assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
    let browser = server.browser();
    signs_in(&browser, &alice).await;
    browser.submit(&[("code", &old[1])]).await.expect_status(400);
    browser.submit(&[("code", &new[1])]).await.expect_status(200);
    is_silent_about(&alice.browser.get("/account/second-factor").await, &new[2]);
}

//! What a page carries is good on its own browser, for a while, unaltered, and posted from us. Design §3, §9.

use crate::harness::operator;
use reqwest::Method;
use signet::services::admin::edition::Expected;
use signet::{
    protocol::scope::Scope,
    services::admin::clients::{self, ClientMembers},
};

use crate::harness::{Answer, Browser, Request, Seconds, Server, TestClient, TestUser};

/// A page with a form of each kind, and what answers it.
async fn pages(server: &Server, alice: &TestUser) -> Vec<(Answer, Vec<(&'static str, String)>)> {
    let app = server.client().post_logout_redirect_uri("https://app.example/bye").create().await;
    let [(_, email), (_, password)] = alice.credentials();
    let login = alice.asked_by(&app).await.answer;
    alice.browser.submit(&alice.credentials()).await;
    let consent = alice.asked_by(&app).await.answer;
    let choice = alice.asked_by(&app).with("prompt", "select_account").await.answer;
    let logout = alice.browser.get("/logout").await;
    vec![
        (login, vec![("email", email.to_owned()), ("password", password.to_owned())]),
        (consent, vec![("decision", "allow".to_owned())]),
        (choice, vec![("account", "continue".to_owned())]),
        (logout, vec![("decision", "logout".to_owned())]),
    ]
}

fn filled<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

/// The form as somebody sends it who sets every header themselves.
fn bare(browser: &Browser, page: &Answer, fields: &[(&'static str, String)]) -> Request {
    let form = &page.forms()[0];
    let request = browser.request(Method::POST, page.url.join(&form.action).unwrap().as_str());
    let request = form.hidden.iter().fold(request, |request, (name, value)| request.and(name, value.as_str()));
    fields.iter().fold(request, |request, (name, value)| request.and(name, value.as_str()))
}

fn is_refused(answer: &Answer, status: u16) {
    answer.expect_status(status);
    assert_eq!(answer.location(), None);
    let cookies = answer.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap());
    assert!(cookies.into_iter().all(|line| line.starts_with("signet-browser=")), "{answer:?}");
}

async fn is_signed_in(app: &TestClient, browser: &Browser) -> bool {
    app.authorize(browser).with("prompt", "none").await.answer.parameter("error").as_deref() != Some("login_required")
}

/// Design §9: every form of ours is posted from a page of ours.
#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().create().await;
    for (page, fields) in pages(&server, &alice).await {
        let origins = ["https://evil.example", "null", "", "http://127.0.0.1", "https://127.0.0.1:1", "file://"];
        for origin in origins {
            is_refused(&bare(&alice.browser, &page, &fields).header("origin", origin).await, 403);
        }
        // A browser that sends no Origin still says where the form came from.
        for site in ["cross-site", "same-site", "unheard-of"] {
            is_refused(&bare(&alice.browser, &page, &fields).header("sec-fetch-site", site).await, 403);
        }
    }
    assert!(is_signed_in(&app, &alice.browser).await, "nobody was signed out by them");
}

#[tokio::test]
async fn a_form_from_our_own_page_is_taken() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    for (page, fields) in pages(&server, &alice).await {
        let own = bare(&alice.browser, &page, &fields).header("origin", &server.site.issuer);
        let answer = own.header("sec-fetch-site", "same-origin").await;
        assert!(matches!(answer.status, 200 | 303), "{} {}", answer.url, answer.status);
    }
}

/// The sealed part opens on the browser that was shown the page, and on no other.
#[tokio::test]
async fn a_page_of_another_browser_is_refused() {
    let server = Server::start().await;
    let (alice, mallory) = (server.user("alice").await, server.user("mallory").await);
    mallory.browser.signs_in(&mallory).await;
    for (page, fields) in pages(&server, &alice).await {
        is_refused(&mallory.browser.form_of(&page, &filled(&fields)).await, 400);
        is_refused(&server.browser().form_of(&page, &filled(&fields)).await, 400);
    }
}

/// Login CSRF: a page of the attacker's, with the attacker's own password, signs nobody else in.
#[tokio::test]
async fn nobody_is_signed_in_as_somebody_else_by_a_borrowed_page() {
    let server = Server::start().await;
    let (alice, mallory) = (server.user("alice").await, server.user("mallory").await);
    let app = server.client().create().await;
    let page = mallory.asked_by(&app).await.answer;
    alice.asked_by(&app).await;
    is_refused(&alice.browser.form_of(&page, &mallory.credentials()).await, 400);
    let sealed = &page.forms()[0].hidden[0].1;
    let resumed = alice.browser.get(&format!("/authorize/resume?interaction={sealed}")).await;
    resumed.expect_status(400);
}

/// Design §3: 15 minutes.
#[tokio::test]
async fn a_page_is_good_for_fifteen_minutes() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let page = alice.asked_by(&app).await.answer;
    server.advance(Seconds(15 * 60 - 1)).await;
    alice.browser.form_of(&page, &alice.credentials()).await.expect_status(303);
    server.advance(Seconds(1)).await;
    let late = alice.browser.form_of(&page, &alice.credentials()).await;
    is_refused(&late, 400);
    assert!(late.text().contains("This page is no longer valid"));
}

/// A consent page left open does not allow anything the next day.
#[tokio::test]
async fn an_expired_consent_page_allows_nothing() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.browser.signs_in(&alice).await;
    let page = alice.asked_by(&app).await.answer;
    server.advance(Seconds::minutes(15)).await;
    is_refused(&alice.browser.form_of(&page, &[("decision", "allow")]).await, 400);
    is_refused(&alice.browser.form_of(&page, &[("decision", "deny")]).await, 400);
    alice.asked_by(&app).with("prompt", "none").await.expect_error("consent_required");
}

#[tokio::test]
async fn a_page_that_was_altered_is_refused() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    for (page, fields) in pages(&server, &alice).await {
        let (name, sealed) = page.forms()[0].hidden[0].clone();
        let flipped = |at: usize| {
            let mut bytes = sealed.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        let (middle, last) = (sealed.len() / 2, sealed.len() - 2);
        let short = sealed[..last].to_owned();
        for wrong in
            [flipped(0), flipped(1), flipped(middle), flipped(last), short, format!("{sealed}AA"), String::new()]
        {
            let answer = alice.browser.form_of(&page, &filled(&fields)).with(&name, wrong).await;
            is_refused(&answer, 400);
        }
        is_refused(&alice.browser.form_of(&page, &filled(&fields)).without(&name).await, 400);
        let twice = alice.browser.form_of(&page, &filled(&fields)).and(&name, sealed.as_str()).await;
        is_refused(&twice, 400);
    }
}

/// Keycloak CVE-2026-4282: what is sealed for one purpose is good for no other.
#[tokio::test]
async fn what_one_page_carries_opens_no_other() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let pages = pages(&server, &alice).await;
    let (consent, logout) = (&pages[1].0, &pages[3].0);
    let (interaction, confirmation) = (&consent.forms()[0].hidden[0].1, &logout.forms()[0].hidden[0].1);
    let swapped = alice.browser.form_of(consent, &[("decision", "allow")]).with("interaction", confirmation.as_str());
    is_refused(&swapped.await, 400);
    let swapped = alice.browser.form_of(logout, &[("decision", "logout")]).with("confirmation", interaction.as_str());
    is_refused(&swapped.await, 400);
    let app = server.client().create().await;
    let code = alice.approves(&app).await;
    let as_code = alice.browser.form_of(consent, &[("decision", "allow")]).with("interaction", code.value.as_str());
    is_refused(&as_code.await, 400);
    let as_token = app.redeems(&crate::harness::Code { value: interaction.clone(), ..code });
    as_token.await.expect_refusal("invalid_grant");
}

/// Allow counts for the person who was shown the page, not for who is signed in by then.
#[tokio::test]
async fn a_consent_page_is_good_for_the_person_it_was_shown_to() {
    let server = Server::start().await;
    let (app, alice, bob) = (server.client().create().await, server.user("alice").await, server.user("bob").await);
    let browser = &alice.browser;
    browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).await;
    browser.signs_in(&bob).await;
    let answer = browser.form_of(&asked.answer, &[("decision", "allow")]).await;
    assert_eq!(answer.location(), None);
    assert!(answer.expect_status(200).text().contains("bob@example.com"), "{}", answer.text());
    alice.asked_by(&app).with("prompt", "none").await.expect_error("consent_required");
}

#[tokio::test]
async fn allow_after_the_session_ended_asks_to_sign_in() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).await;
    alice.browser.get("/logout").await;
    alice.browser.submit(&[("decision", "logout")]).await;
    let answer = alice.browser.form_of(&asked.answer, &[("decision", "allow")]).await;
    assert!(answer.expect_status(200).text().contains("name=\"password\""));
}

/// What a page carries is checked again: the world may have changed while it was open.
#[tokio::test]
async fn a_client_that_was_disabled_meanwhile_gets_nothing() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).await;
    app.is_disabled().await;
    is_refused(&alice.browser.form_of(&asked.answer, &[("decision", "allow")]).await, 400);
    is_refused(&alice.browser.form_of(&asked.answer, &[("decision", "deny")]).await, 400);
}

#[tokio::test]
async fn a_redirect_uri_that_was_taken_away_meanwhile_is_not_gone_to() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).await;
    let moved = vec!["https://new.example/cb".to_owned()];
    let members = ClientMembers { redirect_uris: Some(moved), ..ClientMembers::default() };
    clients::update(&server.site.core, &operator(), &app.id, Expected::Any, members).await.unwrap();
    is_refused(&alice.browser.form_of(&asked.answer, &[("decision", "allow")]).await, 400);
    is_refused(&alice.browser.form_of(&asked.answer, &[("decision", "deny")]).await, 400);
}

#[tokio::test]
async fn somebody_who_was_suspended_meanwhile_allows_nothing() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).await;
    alice.is_suspended().await;
    let answer = alice.browser.form_of(&asked.answer, &[("decision", "allow")]).await;
    assert!(answer.expect_status(200).text().contains("name=\"password\""));
    alice.is_active_again().await;
    alice.browser.signs_in(&alice).await;
    alice.asked_by(&app).with("prompt", "none").await.expect_error("consent_required");
}

/// Two tabs of one browser are two requests; each form answers its own.
#[tokio::test]
async fn two_tabs_do_not_disturb_each_other() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let (one, two) = (server.client().create().await, server.client().create().await);
    let (first, second) = (alice.asked_by(&one).await, alice.asked_by(&two).await);
    // The sign-in in the second tab, then the first tab's own.
    let answer = alice.answers_pages(&second).await;
    second.code(&answer);
    let signed_in = alice.browser.form_of(&first.answer, &alice.credentials()).await;
    signed_in.expect_status(303);
}

#[tokio::test]
async fn only_a_post_answers_a_form() {
    let server = Server::start().await;
    for path in ["/consent", "/choose-account", "/login/cancel", "/logout/confirm"] {
        let answer = server.get(&format!("{path}?decision=allow&interaction=x")).await;
        answer.expect_status(405);
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    server.request(Method::POST, "/authorize/resume").await.expect_status(405);
    server.get("/authorize/resume").await.expect_status(400);
    server.get("/authorize/resume?interaction=x").await.expect_status(400);
}

/// Allow means what the page showed, not what the client was registered for since.
#[tokio::test]
async fn allow_covers_only_what_the_page_showed() {
    let server = Server::start().await;
    let (app, alice) = (server.client().scope("read:projects").create().await, server.user("alice").await);
    alice.browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).with("scope", "").await;
    let members = ClientMembers { scope: Scope::parse("read:projects write:projects"), ..ClientMembers::default() };
    clients::update(&server.site.core, &operator(), &app.id, Expected::Any, members).await.unwrap();
    let again = alice.browser.form_of(&asked.answer, &[("decision", "allow")]).await;
    again.expect_status(200);
    assert!(again.text().contains("Create/modify projects"), "the page shows what is new");
}

//! The session cookie: its flags, its changes, its end. Design §9.

use reqwest::{Method, header::SET_COOKIE};
use signet::config::Issuer;

use crate::harness::{Answer, Browser, Seconds, Server, TestClient, TestUser};

/// The line that sets a cookie.
fn set(answer: &Answer, name: &str) -> Option<String> {
    let lines = answer.headers.get_all(SET_COOKIE).iter().map(|line| line.to_str().unwrap().to_owned());
    lines.into_iter().find(|line| line.starts_with(&format!("{name}=")))
}

fn flags(line: &str) -> Vec<&str> {
    line.split("; ").skip(1).collect()
}

async fn is_signed_in(app: &TestClient, browser: &Browser) -> bool {
    let asked = app.authorize(browser).with("prompt", "none").await;
    match asked.answer.parameter("error").as_deref() {
        None => true,
        Some("login_required") => false,
        Some(other) => panic!("{other}"),
    }
}

/// The same for the owner of a stolen cookie.
async fn opens(server: &Server, app: &TestClient, cookie: &str) -> bool {
    let thief = server.browser();
    thief.set_cookie("signet", cookie);
    is_signed_in(app, &thief).await
}

async fn setting() -> (Server, TestClient, TestUser) {
    let server = Server::start().await;
    let app = server.client().first_party().scope("openid").create().await;
    let alice = server.user("alice").await;
    (server, app, alice)
}

#[tokio::test]
async fn the_cookies_are_out_of_reach_for_scripts_and_other_sites() {
    let (server, app, alice) = setting().await;
    let page = alice.asked_by(&app).await.answer;
    let binding = set(&page, "signet-browser").expect("a binding");
    assert_eq!(flags(&binding), ["HttpOnly", "SameSite=Lax", "Path=/"]);
    let answer = alice.browser.form_of(&page, &alice.credentials()).await;
    let session = set(&answer, "signet").expect("a session");
    let max_age = format!("Max-Age={}", server.site.core.settings.sessions.absolute_seconds.0);
    assert_eq!(flags(&session), ["HttpOnly", "SameSite=Lax", "Path=/", max_age.as_str()]);
}

/// On https: `__Host-`, which other hosts cannot set, and `Secure`.
#[tokio::test]
async fn on_https_the_cookies_are_bound_to_the_host() {
    let server = Server::with(|settings| settings.issuer = Issuer::parse("https://id.example").unwrap()).await;
    let app = server.client().first_party().create().await;
    let alice = server.user("alice").await;
    let page = app.authorize(&server.browser()).await.answer;
    let binding = set(&page, "__Host-signet-browser").expect("a binding");
    assert_eq!(flags(&binding), ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"]);
    assert_eq!(set(&page, "signet-browser"), None);

    let form = &page.forms()[0];
    let request = server.request(Method::POST, "/login").header("cookie", binding.split(';').next().unwrap());
    let request = request.header("origin", "https://id.example").and(&form.hidden[0].0, form.hidden[0].1.as_str());
    let [(_, email), (_, password)] = alice.credentials();
    let answer = request.and("email", email).and("password", password).await;
    answer.expect_status(303);
    let session = set(&answer, "__Host-signet").expect("a session");
    assert_eq!(flags(&session)[..4], ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"]);
    assert!(!session.contains("Domain"));
    assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"));
}

/// Keycloak CVE-2026-7507: whoever planted a cookie before the sign-in has nothing afterwards.
#[tokio::test]
async fn a_planted_cookie_is_replaced_at_sign_in() {
    let (server, app, alice) = setting().await;
    alice.browser.set_cookie("signet", "planted");
    alice.browser.signs_in(&alice).await;
    assert_ne!(alice.browser.cookie("signet").as_deref(), Some("planted"));
    assert!(!opens(&server, &app, "planted").await);
    assert!(is_signed_in(&app, &alice.browser).await);
}

#[tokio::test]
async fn the_secret_changes_at_every_sign_in_and_the_old_one_is_dead() {
    let (server, app, alice) = setting().await;
    alice.browser.signs_in(&alice).await;
    let old = alice.browser.cookie("signet").unwrap();
    assert!(opens(&server, &app, &old).await);
    alice.browser.signs_in(&alice).await;
    let new = alice.browser.cookie("signet").unwrap();
    assert_ne!(old, new);
    assert!(!opens(&server, &app, &old).await);
    assert!(opens(&server, &app, &new).await);
}

#[tokio::test]
async fn a_cookie_that_is_almost_right_is_wrong() {
    let (server, app, alice) = setting().await;
    alice.browser.signs_in(&alice).await;
    let cookie = alice.browser.cookie("signet").unwrap();
    for wrong in [&cookie[..cookie.len() - 1], &format!("{cookie}x"), "", "x", "%00", "'; --", &cookie.to_uppercase()] {
        assert!(!opens(&server, &app, wrong).await, "{wrong}");
    }
}

/// Another user's sign-in on this browser ends the session and what hangs on it.
#[tokio::test]
async fn another_users_sign_in_ends_the_old_session() {
    let (server, app, alice) = setting().await;
    let bob = server.user("bob").await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let old = alice.browser.cookie("signet").unwrap();
    assert_eq!(app.introspects(&tokens.access_token).await.json()["active"], true);

    alice.browser.signs_in(&bob).await;
    assert!(!opens(&server, &app, &old).await);
    assert_eq!(app.introspects(&tokens.access_token).await.json()["active"], false);
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    let code = alice.asked_by(&app).with("prompt", "none").await.expect_code();
    let id = crate::harness::claims(app.redeems(&code).await.expect_tokens().id());
    assert_eq!(id["sub"], bob.id.as_str());
}

/// Keycloak CVE-2025-12390: a logged-out session is dead, whoever kept its cookie.
#[tokio::test]
async fn a_logged_out_cookie_is_dead() {
    let (server, app, alice) = setting().await;
    alice.browser.signs_in(&alice).await;
    let cookie = alice.browser.cookie("signet").unwrap();
    alice.browser.get("/logout").await;
    let answer = alice.browser.submit(&[("decision", "logout")]).await;
    assert!(answer.text().contains("You are signed out"));
    assert_eq!(alice.browser.cookie("signet"), None);
    assert!(!opens(&server, &app, &cookie).await);
}

/// Design §3: idle 14 days, absolute 90 days.
#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_at_its_age() {
    let (server, app, alice) = setting().await;
    alice.browser.signs_in(&alice).await;
    server.advance(Seconds::days(13)).await;
    assert!(is_signed_in(&app, &alice.browser).await);
    server.advance(Seconds::days(14)).await;
    assert!(!is_signed_in(&app, &alice.browser).await);

    alice.browser.signs_in(&alice).await;
    for _ in 0..8 {
        server.advance(Seconds::days(10)).await;
        assert!(is_signed_in(&app, &alice.browser).await);
    }
    server.advance(Seconds::days(9)).await;
    assert!(is_signed_in(&app, &alice.browser).await);
    server.advance(Seconds::days(1)).await;
    assert!(!is_signed_in(&app, &alice.browser).await);
}

#[tokio::test]
async fn the_session_of_a_suspended_user_opens_nothing() {
    let (_server, app, alice) = setting().await;
    alice.browser.signs_in(&alice).await;
    alice.is_suspended().await;
    assert!(!is_signed_in(&app, &alice.browser).await);
    alice.is_active_again().await;
    assert!(!is_signed_in(&app, &alice.browser).await);
    alice.browser.signs_in(&alice).await;
    assert!(is_signed_in(&app, &alice.browser).await);
}

/// The database holds what a cookie is compared with, and not the cookie.
#[tokio::test]
async fn each_sign_in_has_a_secret_of_its_own() {
    let (_server, _app, alice) = setting().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..5 {
        alice.browser.forget_cookies();
        alice.browser.signs_in(&alice).await;
        let cookie = alice.browser.cookie("signet").unwrap();
        assert!(cookie.len() >= 43, "256 random bits: {cookie}");
        assert!(seen.insert(cookie));
    }
}

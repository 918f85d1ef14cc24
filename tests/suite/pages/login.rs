//! The sign-in page: who gets past it, and what it gives away. Design §9.

use reqwest::Method;
use signet::config::limits::Rate;

use crate::harness::{Answer, Server, TestUser};

const WRONG: &str = "The e-mail or password is not right.";

async fn tries(server: &Server, email: &str, password: &str) -> Answer {
    let (app, browser) = (server.client().create().await, server.browser());
    app.authorize(&browser).await.expect_page(200);
    let answer = browser.submit(&[("email", email), ("password", password)]).await;
    let cookie = browser.cookie("signet");
    assert_eq!(cookie.is_some(), answer.status == 200, "{} {cookie:?}", answer.status);
    answer
}

/// The page without what differs from request to request.
fn bare(page: &Answer, typed: &str) -> String {
    let text = page
        .forms()
        .iter()
        .flat_map(|form| form.hidden.clone())
        .fold(page.text().to_owned(), |text, (_, value)| text.replace(&value, "sealed"));
    text.replace(typed, "typed")
}

/// Nobody learns from the answer whether there is an account of that name.
#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_are_told_alike() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let wrong = tries(&server, &alice.email, "not her password").await;
    let unknown = tries(&server, "nobody@example.com", "not her password").await;
    wrong.expect_status(400);
    unknown.expect_status(400);
    assert!(wrong.text().contains(WRONG));
    // Client ids stand in no page; the rest must be the same to the letter.
    assert_eq!(bare(&wrong, &alice.email), bare(&unknown, "nobody@example.com"));
    let names = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&wrong), names(&unknown));
}

#[tokio::test]
async fn an_address_in_any_case_or_a_username_signs_in() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    for name in ["alice@example.com", " Alice@Example.COM ", "alice", "ALICE"] {
        let (app, browser) = (server.client().first_party().create().await, server.browser());
        let asked = app.authorize(&browser).await;
        let answer = browser.submit(&[("email", name), ("password", alice.credentials()[1].1)]).await;
        asked.code(&answer);
    }
}

/// A person learns that the account is suspended only where nobody else could.
#[tokio::test]
async fn suspension_is_told_after_the_right_password_only() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    alice.is_suspended().await;
    let guessed = tries(&server, &alice.email, "not her password").await;
    assert!(guessed.expect_status(400).text().contains(WRONG));
    let right = tries(&server, &alice.email, alice.credentials()[1].1).await;
    assert!(right.expect_status(400).text().contains("This account is suspended."));

    alice.is_active_again().await;
    tries(&server, &alice.email, alice.credentials()[1].1).await.expect_status(200);
}

/// authentik CVE-2026-49443: an empty POST is no sign-in.
#[tokio::test]
async fn nothing_typed_is_nothing_proved() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let right = alice.credentials()[1].1;
    for (email, password) in [("", ""), (alice.email.as_str(), ""), ("", right), (" ", right), ("%", right)] {
        assert!(tries(&server, email, password).await.expect_status(400).text().contains(WRONG));
    }
    let (app, browser) = (server.client().create().await, server.browser());
    app.authorize(&browser).await.expect_page(200);
    browser.submit(&[]).await.expect_status(400);
    assert_eq!(browser.cookie("signet"), None);
}

/// A field that is sent twice has no value: which one would have been meant?
#[tokio::test]
async fn a_password_sent_twice_is_not_right() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().create().await;
    app.authorize(&alice.browser).await;
    let right = alice.credentials()[1].1;
    let fields = [("email", alice.email.as_str()), ("password", "guess"), ("password", right)];
    alice.browser.submit(&fields).await.expect_status(400);
    assert_eq!(alice.browser.cookie("signet"), None);
}

/// kanidm 1.10: hashing is bounded by a maximum length.
#[tokio::test]
async fn a_password_without_end_is_not_right() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    tries(&server, &alice.email, &"x".repeat(10_000)).await.expect_status(400);
    tries(&server, &alice.email, &"x".repeat(70_000)).await.expect_status(413);
}

/// RFC 6585 §4.
#[tokio::test]
async fn too_many_tries_at_an_account_are_held_back() {
    let server = Server::with(|settings| {
        settings.limits.node_per_account = Rate { burst: 3, per_minute: 1 };
    });
    let server = server.await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    for _ in 0..3 {
        tries(&server, &alice.email, "guess").await.expect_status(400);
    }
    // Neither another spelling nor the right password helps now.
    for (name, password) in [(alice.email.as_str(), "guess"), ("ALICE@example.com", alice.credentials()[1].1)] {
        let held = tries(&server, name, password).await;
        held.expect_status(429);
        let seconds: u64 = held.header("retry-after").expect("Retry-After").parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(held.text().contains("Too many attempts. Try again in "));
    }
    tries(&server, &bob.email, bob.credentials()[1].1).await.expect_status(200);
}

/// What is looked up as the same name is counted as the same name.
#[tokio::test]
async fn another_spelling_of_a_name_gives_no_more_tries() {
    let server = Server::with(|settings| {
        settings.limits.node_per_account = Rate { burst: 3, per_minute: 1 };
    });
    let server = server.await;
    let alice = server.user("alice").await;
    for _ in 0..3 {
        tries(&server, &alice.email, "guess").await.expect_status(400);
    }
    for spelt in [" alice@example.com", "alice@example.com  ", "\talice@example.com", "Alice@EXAMPLE.com"] {
        tries(&server, spelt, "guess").await.expect_status(429);
    }
}

#[tokio::test]
async fn too_many_tries_from_an_address_are_held_back() {
    let server = Server::with(|settings| {
        settings.limits.node_per_address = Rate { burst: 3, per_minute: 1 };
    });
    let server = server.await;
    let bob = server.user("bob").await;
    for name in ["a@example.com", "b@example.com", "c@example.com"] {
        tries(&server, name, "guess").await.expect_status(400);
    }
    tries(&server, &bob.email, bob.credentials()[1].1).await.expect_status(429);
}

/// A forwarded header of a stranger is the stranger's word (design §9).
#[tokio::test]
async fn a_forwarded_header_gives_no_new_address() {
    let server = Server::with(|settings| {
        settings.limits.node_per_address = Rate { burst: 2, per_minute: 1 };
    });
    let server = server.await;
    let (app, browser) = (server.client().create().await, server.browser());
    let page = app.authorize(&browser).await.answer;
    let mut statuses = Vec::new();
    for host in 1..=4 {
        let fields = [("email", "nobody@example.com"), ("password", "guess")];
        let forwarded = format!("203.0.113.{host}");
        let attempt = browser.form_of(&page, &fields).header("x-forwarded-for", &forwarded);
        statuses.push(attempt.header("forwarded", &format!("for={forwarded}")).await.status);
    }
    assert_eq!(statuses, [400, 400, 429, 429]);
}

/// What was typed stays in its field, as text; a password is never shown again.
#[tokio::test]
async fn what_was_typed_is_shown_as_text_and_the_password_never() {
    let server = Server::start().await;
    let name = "\"><script>alert(1)</script>";
    let page = tries(&server, name, "pa55word-of-mine").await;
    assert!(page.text().contains("value=\"&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;\""), "{}", page.text());
    assert!(!page.text().contains("<script"));
    assert!(!page.text().contains("pa55word-of-mine"));
    assert!(page.text().contains("role=\"alert\""));
}

/// A reload of the page after it sends no password again.
#[tokio::test]
async fn a_sign_in_goes_on_by_get_and_names_no_secret_in_the_address() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let page = alice.asked_by(&app).await.answer;
    let answer = alice.browser.form_of(&page, &alice.credentials()).await;
    answer.expect_status(303);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let next = answer.location().unwrap();
    assert!(next.as_str().starts_with(&format!("{}/authorize/resume?interaction=", server.site.issuer)), "{next}");
    assert!(!next.as_str().contains("alice") && !next.as_str().contains("correct"), "{next}");
}

/// Somebody who would rather not: the client learns it (RFC 6749 §4.1.2.1).
#[tokio::test]
async fn cancel_is_access_denied() {
    let server = Server::start().await;
    let (app, browser) = (server.client().create().await, server.browser());
    let asked = app.authorize(&browser).await;
    let answer = browser.submit_to("/login/cancel", &[]).await;
    asked.error(&answer, "access_denied");
}

#[tokio::test]
async fn the_page_says_which_application_asks_and_holds_the_named_fields() {
    let server = Server::start().await;
    let app = server.client().name("Field <b>notes</b> & Co").create().await;
    let asked = app.authorize(&server.browser()).await;
    let html = asked.expect_page(200).text();
    assert!(html.contains("<strong>Field &#60;b&#62;notes&#60;/b&#62; &#38; Co</strong>"), "{html}");
    for part in [
        "<html lang=\"en\">",
        "<label for=\"email\">",
        "name=\"email\" type=\"text\"",
        "autocomplete=\"username\"",
        "<label for=\"password\">",
        "name=\"password\" type=\"password\" autocomplete=\"current-password\"",
        ">Sign in</button>",
        "name=\"viewport\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
}

/// Credentials in an address are none, and stay nowhere.
#[tokio::test]
async fn only_a_post_signs_in() {
    let server = Server::start().await;
    let alice: TestUser = server.user("alice").await;
    let [(_, email), (_, password)] = alice.credentials();
    for method in [Method::GET, Method::HEAD] {
        let answer = server.request(method, "/login").query("email", email).query("password", password).await;
        answer.expect_status(200);
        let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().collect();
        assert!(cookies.iter().all(|line| line.to_str().unwrap().starts_with("signet-browser=")), "{cookies:?}");
        assert!(!answer.text().contains(email));
    }
    let answer = server.request(Method::PUT, "/login").await;
    assert_eq!(answer.expect_status(405).header("allow"), Some("GET, HEAD, POST"));
}

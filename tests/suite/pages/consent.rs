//! Consent: remembered, asked for what is new, and never assumed for what any program could pretend to be.
//! RFC 6749 §10.2, OpenID Connect Core §3.1.2.4, RFC 8252 §8.6.

use crate::harness::operator;
use signet::services::admin::{clients::ClientMembers, scopes};

use crate::harness::{Asked, Server};

fn is_asked(asked: &Asked) -> &str {
    let page = asked.expect_page(200);
    assert!(page.forms()[0].action.ends_with("/consent"), "{}", page.text());
    page.text()
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_where_it_leads() {
    let server = Server::start().await;
    let app =
        server.client().name("Fieldnotes").scope("openid email api:read").redirect_uri("https://notes.example/cb");
    let app = app
        .member(|members: &mut ClientMembers| {
            members.logo_uri = Some("https://notes.example/logo.png".to_owned());
            members.policy_uri = Some("https://notes.example/privacy".to_owned());
        })
        .create()
        .await;
    let alice = server.user("alice").await;
    alice.browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).await;
    let html = is_asked(&asked);
    for part in [
        "Allow Fieldnotes?",
        "<strong>notes.example</strong>",
        "alice Example",
        "alice@example.com",
        "Confirm who you are",
        "See your e-mail address",
        "Use api:read",
        "src=\"https://notes.example/logo.png\"",
        "href=\"https://notes.example/privacy\" target=\"_blank\" rel=\"noopener noreferrer\"",
        "name=\"decision\" value=\"allow\">Allow</button>",
        "name=\"decision\" value=\"deny\">Deny</button>",
        "name=\"decision\" value=\"switch\">Not you?</button>",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("new</span>"), "nothing is new where nothing was allowed: {html}");
}

#[tokio::test]
async fn what_was_allowed_is_not_asked_again() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    alice.asked_by(&app).await.expect_code();
    // Less than was allowed is allowed.
    alice.asked_by(&app).with("scope", "openid").await.expect_code();
    // On another browser, too: it is the user who allowed it.
    alice.browser.forget_cookies();
    let asked = alice.asked_by(&app).await;
    let answer = alice.browser.submit(&alice.credentials()).await;
    asked.code(&answer);
}

#[tokio::test]
async fn only_what_is_new_is_asked_for() {
    let server = Server::start().await;
    let app = server.client().scope("openid email api:read api:write").create().await;
    let alice = server.user("alice").await;
    alice.allows(alice.asked_by(&app).with("scope", "openid api:read")).await;
    let asked = alice.asked_by(&app).with("scope", "openid api:read api:write").await;
    let html = is_asked(&asked);
    assert!(html.contains("Use api:write <span class=\"tag\">new</span>"), "{html}");
    let (_, before) = html.split_once("You have allowed before").expect("what was allowed");
    assert!(before.contains("Use api:read") && !before.contains("Use api:write"), "{html}");
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    asked.code(&answer);

    alice.asked_by(&app).with("scope", "openid api:read api:write").await.expect_code();
    alice.asked_by(&app).with("scope", "openid api:read").await.expect_code();
    is_asked(&alice.asked_by(&app).with("scope", "openid email").await);
}

/// What is allowed is added to what was allowed before.
#[tokio::test]
async fn a_later_consent_takes_nothing_away() {
    let server = Server::start().await;
    let app = server.client().scope("openid email api:read api:write").create().await;
    let alice = server.user("alice").await;
    alice.allows(alice.asked_by(&app).with("scope", "openid api:read")).await;
    alice.allows(alice.asked_by(&app).with("scope", "openid api:write")).await;
    let all = alice.asked_by(&app).with("scope", "openid api:read api:write");
    all.clone().with("prompt", "none").await.expect_code();
    // Denied, or allowed once more: nothing is lost either.
    let asked = alice.asked_by(&app).with("scope", "openid email").with("prompt", "consent").await;
    let answer = alice.browser.submit(&[("decision", "deny")]).await;
    asked.error(&answer, "access_denied");
    let asked = alice.asked_by(&app).with("scope", "openid").with("prompt", "consent").await;
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    asked.code(&answer);
    all.with("prompt", "none").await.expect_code();
}

#[tokio::test]
async fn consent_is_one_users_to_one_client() {
    let server = Server::start().await;
    let (one, two) = (server.client().create().await, server.client().create().await);
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    alice.approves(&one).await;
    is_asked(&alice.asked_by(&two).await);
    bob.browser.signs_in(&bob).await;
    is_asked(&bob.asked_by(&one).await);
}

/// RFC 6749 §4.1.2.1; what was allowed before stands.
#[tokio::test]
async fn deny_is_access_denied_and_remembers_nothing() {
    let server = Server::start().await;
    let app = server.client().scope("openid email").create().await;
    let alice = server.user("alice").await;
    alice.browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).await;
    let answer = alice.browser.submit(&[("decision", "deny")]).await;
    asked.error(&answer, "access_denied");
    is_asked(&alice.asked_by(&app).await);

    alice.allows(alice.asked_by(&app).with("scope", "openid")).await;
    let asked = alice.asked_by(&app).await;
    let answer = alice.browser.submit(&[("decision", "deny")]).await;
    asked.error(&answer, "access_denied");
    alice.asked_by(&app).with("scope", "openid").await.expect_code();
}

#[tokio::test]
async fn a_decision_that_is_none_is_refused() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.browser.signs_in(&alice).await;
    let page = alice.asked_by(&app).await.answer;
    for fields in
        [&[][..], &[("decision", "")], &[("decision", "ALLOW")], &[("decision", "allow"), ("decision", "deny")]]
    {
        let answer = alice.browser.form_of(&page, fields).await;
        answer.expect_status(400);
        assert_eq!(answer.location(), None);
    }
    alice.asked_by(&app).with("prompt", "none").await.expect_error("consent_required");
}

#[tokio::test]
async fn a_first_party_client_is_not_asked_for() {
    let server = Server::start().await;
    let (app, alice) = (server.client().first_party().create().await, server.user("alice").await);
    let asked = alice.asked_by(&app).await;
    let answer = alice.browser.submit(&alice.credentials()).await;
    let tokens = app.redeems(&asked.code(&answer)).await.expect_tokens();
    assert!(tokens.refresh_token.is_some());
    alice.asked_by(&app).with("prompt", "none").await.expect_code();
}

/// RFC 8252 §8.6: any program on the device could answer at a loopback address or for a scheme of its own.
#[tokio::test]
async fn a_client_that_could_be_impersonated_is_always_asked_for() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    for uri in ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:3000/cb", "com.example.app:/cb"] {
        for app in [
            server.client().public().redirect_uri(uri).create().await,
            server.client().public().redirect_uri(uri).first_party().create().await,
        ] {
            alice.approves(&app).await;
            let asked = alice.asked_by(&app).await;
            assert!(is_asked(&asked).contains("Continue only if you started this sign-in yourself."));
            alice.asked_by(&app).with("prompt", "none").await.expect_error("consent_required");
        }
    }
}

/// The redirect URI that is used decides, and not the client's other ones.
#[tokio::test]
async fn only_the_impersonable_redirect_uri_is_always_asked_for() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().public().redirect_uri("https://app.example/spa").redirect_uri("http://127.0.0.1/cb");
    let app = app.create().await;
    alice.approves(&app).await;
    alice.asked_by(&app).with("prompt", "none").await.expect_code();
    is_asked(&alice.asked_by(&app).with("redirect_uri", "http://127.0.0.1:5000/cb").await);
    // A secret tells a confidential client from a stranger on the same machine.
    let local = server.client().redirect_uri("http://127.0.0.1/cb").create().await;
    alice.approves(&local).await;
    alice.asked_by(&local).await.expect_code();
}

#[tokio::test]
async fn not_you_signs_out_and_asks_somebody_else() {
    let server = Server::start().await;
    let (app, alice, bob) = (server.client().create().await, server.user("alice").await, server.user("bob").await);
    alice.browser.signs_in(&alice).await;
    let old = alice.browser.cookie("signet").unwrap();
    let asked = alice.asked_by(&app).await;
    let login = alice.browser.submit(&[("decision", "switch")]).await;
    assert!(login.expect_status(200).text().contains("name=\"password\""));
    let thief = server.browser();
    thief.set_cookie("signet", &old);
    app.authorize(&thief).with("prompt", "none").await.expect_error("login_required");
    let consent = alice.browser.submit(&bob.credentials()).await;
    assert!(consent.text().contains("bob@example.com"), "{}", consent.text());
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let tokens = app.redeems(&asked.code(&answer)).await.expect_tokens();
    assert_eq!(crate::harness::claims(tokens.id())["sub"], bob.id.as_str());
    // Nothing was allowed in her name.
    alice.browser.signs_in(&alice).await;
    is_asked(&alice.asked_by(&app).await);
}

/// Names and descriptions are text wherever they come from.
#[tokio::test]
async fn names_and_descriptions_are_inert() {
    let server = Server::start().await;
    let evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    let new = scopes::NewScope { name: "read:all".to_owned(), description: evil.to_owned(), resource: None };
    scopes::create(&server.site.core, &operator(), new).await.unwrap();
    let app = server.client().name(evil).scope("openid read:all").create().await;
    let profile = signet::domain::user::Profile { name: Some(evil.to_owned()), ..Default::default() };
    let alice = crate::harness::TestUser::with_profile(server.site.clone(), "alice", profile).await;
    alice.browser.signs_in(&alice).await;

    let consent = alice.asked_by(&app).await;
    let choice = alice.asked_by(&app).with("prompt", "select_account").await;
    let login = alice.asked_by(&app).with("prompt", "login").await;
    let code = alice.approves(&app).await;
    let hint = app.redeems(&code).await.expect_tokens().id().to_owned();
    alice.browser.signs_in(&alice).await;
    let other = server.browser();
    other.signs_in(&alice).await;
    let logout = other.get(&format!("/logout?id_token_hint={hint}")).await;
    let home = alice.browser.get("/").await;
    for page in [&consent.answer, &choice.answer, &login.answer, &logout, &home] {
        let html = page.expect_status(200).text();
        assert!(html.contains("&#60;script&#62;alert(1)"), "{html}");
        assert!(!html.contains("<script") && !html.contains("<img src=x"), "{html}");
    }
}

/// Issue §1: the scopes that every installation has are explained in words.
#[tokio::test]
async fn the_first_scopes_are_explained() {
    let server = Server::start().await;
    let app = server.client().scope("read:projects write:projects").create().await;
    let alice = server.user("alice").await;
    alice.browser.signs_in(&alice).await;
    let asked = alice.asked_by(&app).await;
    assert!(is_asked(&asked).contains("<li>Read project data</li>"), "{}", asked.answer.text());
}

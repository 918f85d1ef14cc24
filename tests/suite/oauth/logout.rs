//! `/logout`. OpenID Connect RP-Initiated Logout 1.0.

use reqwest::Method;
use signet::services::{admin, keys};
use url::form_urlencoded::Serializer;

use crate::harness::{Answer, Browser, Seconds, Server, TestClient, TestUser, Tokens, claims, header, operator};

const BYE: &str = "https://app.example/bye?from=signet";

struct Story {
    server: Server,
    app: TestClient,
    alice: TestUser,
    /// Of this browser's session, and bound to it.
    tokens: Tokens,
}

impl Story {
    async fn begin() -> Self {
        let server = Server::start().await;
        let app = server.client().name("Fieldnotes").scope("openid email").post_logout_redirect_uri(BYE).create().await;
        let alice = server.user("alice").await;
        let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
        Self { server, app, alice, tokens }
    }

    async fn leaves(&self, parameters: &[(&str, &str)]) -> Answer {
        self.alice.browser.get(&path(parameters)).await
    }

    async fn is_signed_in(&self) -> bool {
        let asked = self.alice.asked_by(&self.app).with("prompt", "none").await;
        asked.answer.parameter("code").is_some()
    }

    async fn tokens_are_active(&self) -> bool {
        let access = self.app.introspects(&self.tokens.access_token).await.json()["active"].as_bool().unwrap();
        let refresh = self.app.introspects(self.tokens.refresh()).await.json()["active"].as_bool().unwrap();
        assert_eq!(access, refresh);
        access
    }
}

fn path(parameters: &[(&str, &str)]) -> String {
    format!("/logout?{}", Serializer::new(String::new()).extend_pairs(parameters).finish())
}

#[track_caller]
fn asks(answer: &Answer) {
    answer.expect_status(200);
    assert!(answer.forms()[0].action.ends_with("/logout/confirm"), "{}", answer.text());
}

#[track_caller]
fn says_goodbye(answer: &Answer) {
    answer.expect_status(200);
    assert!(answer.text().contains("You are signed out"), "{}", answer.text());
}

async fn presses(browser: &Browser, decision: &str) -> Answer {
    browser.submit(&[("decision", decision)]).await
}

/// RP-Initiated Logout §2, §3: the hint names this session, so nobody is asked; then back, with the state.
#[tokio::test]
async fn a_hint_of_this_session_signs_out_and_leads_back() {
    let story = Story::begin().await;
    let hint = story.tokens.id();
    let state = "a b&c=ü";
    let answer = story.leaves(&[("id_token_hint", hint), ("post_logout_redirect_uri", BYE), ("state", state)]).await;
    answer.expect_status(303);
    assert!(answer.header("location").unwrap().starts_with("https://app.example/bye?from=signet&state="));
    assert_eq!(answer.parameter("state").as_deref(), Some(state));
    assert_eq!(story.alice.browser.cookie("signet"), None);
    assert!(!story.is_signed_in().await);
}

#[tokio::test]
async fn without_a_place_to_go_there_is_a_page() {
    let story = Story::begin().await;
    says_goodbye(&story.leaves(&[("id_token_hint", story.tokens.id())]).await);
    assert!(!story.is_signed_in().await);
}

/// RP-Initiated Logout §3: only `state` is passed on, and only where the request had one.
#[tokio::test]
async fn the_client_gets_back_nothing_but_its_state() {
    let story = Story::begin().await;
    let hint = story.tokens.id();
    let answer = story.leaves(&[("id_token_hint", hint), ("post_logout_redirect_uri", BYE), ("foo", "bar")]).await;
    assert_eq!(answer.header("location"), Some(BYE));
}

/// RP-Initiated Logout §4: the hint may have expired; it says who, not that they are signed in.
#[tokio::test]
async fn an_expired_hint_is_as_good() {
    let story = Story::begin().await;
    story.server.advance(Seconds::days(3)).await;
    assert!(story.is_signed_in().await);
    says_goodbye(&story.leaves(&[("id_token_hint", story.tokens.id())]).await);
    assert!(!story.is_signed_in().await);
}

/// Design §5: the public halves of keys that are gone are kept, to recognise an old hint.
#[tokio::test]
async fn a_hint_signed_with_a_key_that_is_gone_is_as_good() {
    let story = Story::begin().await;
    let core = &story.server.site.core;
    admin::keys::rotate(core, &operator()).await.unwrap();
    for _ in 0..3 {
        story.server.advance(Seconds::days(1)).await;
        core.run(keys::tend).await.unwrap();
        core.run(keys::reload).await.unwrap();
    }
    let kid = header(story.tokens.id())["kid"].as_str().unwrap().to_owned();
    assert!(!story.server.get("/jwks").await.text().contains(&kid), "the key is no longer published");
    says_goodbye(&story.leaves(&[("id_token_hint", story.tokens.id())]).await);
    assert!(!story.is_signed_in().await);
}

/// Design §3: what hangs on the session ends with it.
#[tokio::test]
async fn the_tokens_of_the_session_are_inactive_afterwards() {
    let story = Story::begin().await;
    assert!(story.tokens_are_active().await);
    story.leaves(&[("id_token_hint", story.tokens.id())]).await;
    assert!(!story.tokens_are_active().await);
    story.app.refreshes(story.tokens.refresh()).await.expect_refusal("invalid_grant");
    story.app.userinfo(&story.tokens.access_token).await.expect_status(401);
}

/// OpenID Connect Core §11: access while the user is away was asked for and allowed.
#[tokio::test]
async fn offline_access_outlives_the_session() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    says_goodbye(&alice.browser.get(&path(&[("id_token_hint", tokens.id())])).await);
    app.refreshes(tokens.refresh()).await.expect_tokens();
}

/// A code that was on its way when the user left is good for nothing.
#[tokio::test]
async fn a_code_of_the_session_is_dead_afterwards() {
    let story = Story::begin().await;
    let code = story.alice.asked_by(&story.app).await.expect_code();
    story.leaves(&[("id_token_hint", story.tokens.id())]).await;
    story.app.redeems(&code).await.expect_refusal("invalid_grant");
}

/// RP-Initiated Logout §2: without a hint the user is asked, so that no other site signs people out.
#[tokio::test]
async fn without_a_hint_the_user_is_asked() {
    let story = Story::begin().await;
    for parameters in [
        &[][..],
        &[("client_id", story.app.id.as_str())],
        &[("client_id", story.app.id.as_str()), ("post_logout_redirect_uri", BYE)],
        &[("logout_hint", "alice@example.com"), ("ui_locales", "de")],
    ] {
        asks(&story.leaves(parameters).await);
        assert!(story.is_signed_in().await);
    }
    let named = story.leaves(&[("client_id", &story.app.id)]).await;
    assert!(named.text().contains("<strong>Fieldnotes</strong> asks to sign you out here, too."));
    assert!(named.text().contains("alice@example.com"));
    assert!(named.text().contains(">Sign out</button>") && named.text().contains(">Stay signed in</button>"));
}

#[tokio::test]
async fn who_confirms_is_signed_out_and_led_back() {
    let story = Story::begin().await;
    let parameters = [("client_id", story.app.id.as_str()), ("post_logout_redirect_uri", BYE), ("state", "s1")];
    asks(&story.leaves(&parameters).await);
    let answer = presses(&story.alice.browser, "logout").await;
    answer.expect_status(303);
    assert_eq!(answer.header("location"), Some("https://app.example/bye?from=signet&state=s1"));
    assert!(!story.is_signed_in().await);
    assert!(!story.tokens_are_active().await);
}

#[tokio::test]
async fn who_confirms_without_a_place_to_go_sees_a_page() {
    let story = Story::begin().await;
    asks(&story.leaves(&[]).await);
    says_goodbye(&presses(&story.alice.browser, "logout").await);
    assert!(!story.is_signed_in().await);
}

#[tokio::test]
async fn who_stays_stays() {
    let story = Story::begin().await;
    asks(&story.leaves(&[("client_id", &story.app.id), ("post_logout_redirect_uri", BYE)]).await);
    let answer = presses(&story.alice.browser, "stay").await;
    assert!(answer.expect_status(200).text().contains("You are signed in"));
    assert!(story.is_signed_in().await);
    assert!(story.tokens_are_active().await);
}

/// authentik CVE-2026-49443: an empty answer is no answer.
#[tokio::test]
async fn who_answers_nothing_stays() {
    let story = Story::begin().await;
    let page = story.leaves(&[]).await;
    for fields in
        [&[][..], &[("decision", "")], &[("decision", "LOGOUT")], &[("decision", "stay"), ("decision", "logout")]]
    {
        story.alice.browser.form_of(&page, fields).await;
        assert!(story.is_signed_in().await, "{fields:?}");
    }
}

/// RP-Initiated Logout §2: the hint names another session, so it proves nothing about this one.
#[tokio::test]
async fn a_hint_of_another_session_asks() {
    let story = Story::begin().await;
    let elsewhere = story.server.browser();
    elsewhere.signs_in(&story.alice).await;
    asks(&elsewhere.get(&path(&[("id_token_hint", story.tokens.id())])).await);
    assert!(story.is_signed_in().await && story.tokens_are_active().await);

    let bob = story.server.user("bob").await;
    bob.browser.signs_in(&bob).await;
    asks(&bob.browser.get(&path(&[("id_token_hint", story.tokens.id())])).await);
    assert!(story.is_signed_in().await);
}

/// RP-Initiated Logout §3: exactly as registered, or no redirect at all; and then nobody is signed out.
#[tokio::test]
async fn a_place_that_is_not_registered_is_refused() {
    let story = Story::begin().await;
    let hint = story.tokens.id();
    for wrong in [
        "https://app.example/bye",
        "https://app.example/bye?from=signet&x=1",
        "https://app.example/bye?from=signet#f",
        "https://app.example/bye/?from=signet",
        "https://APP.example/bye?from=signet",
        "https://app.example@evil.example/bye?from=signet",
        "https://evil.example/",
        // A redirect URI is not a place to go after signing out.
        "https://app.example/cb",
        "javascript:alert(1)",
        "//app.example/bye",
    ] {
        let refused = story.leaves(&[("id_token_hint", hint), ("post_logout_redirect_uri", wrong)]).await;
        refused.expect_status(400);
        assert_eq!(refused.location(), None, "{wrong}");
        let refused = story.leaves(&[("client_id", &story.app.id), ("post_logout_redirect_uri", wrong)]).await;
        refused.expect_status(400);
    }
    assert!(story.is_signed_in().await && story.tokens_are_active().await);
}

/// RP-Initiated Logout §3: without a client nobody vouches for the place.
#[tokio::test]
async fn a_place_without_a_client_is_refused() {
    let story = Story::begin().await;
    let other = story.server.client().create().await;
    for parameters in [
        &[("post_logout_redirect_uri", BYE)][..],
        &[("post_logout_redirect_uri", BYE), ("client_id", "nobody")],
        &[("post_logout_redirect_uri", BYE), ("client_id", other.id.as_str())],
    ] {
        story.leaves(parameters).await.expect_status(400);
    }
    story.app.is_disabled().await;
    story.leaves(&[("post_logout_redirect_uri", BYE), ("client_id", &story.app.id)]).await.expect_status(400);
}

/// RP-Initiated Logout §2: `client_id` and the hint's audience must agree.
#[tokio::test]
async fn a_hint_that_was_issued_to_another_client_is_refused() {
    let story = Story::begin().await;
    let other = story.server.client().post_logout_redirect_uri("https://other.example/bye").create().await;
    let hint = story.tokens.id();
    story.leaves(&[("id_token_hint", hint), ("client_id", &other.id)]).await.expect_status(400);
    let parameters = [("id_token_hint", hint), ("post_logout_redirect_uri", "https://other.example/bye")];
    story.leaves(&parameters).await.expect_status(400);
    assert!(story.is_signed_in().await);
    says_goodbye(&story.leaves(&[("id_token_hint", hint), ("client_id", &story.app.id)]).await);
}

/// RP-Initiated Logout §4: a hint that we did not sign, as it stands, is an error.
#[tokio::test]
async fn a_hint_that_is_not_ours_is_refused() {
    let story = Story::begin().await;
    let (head, signature) = story.tokens.id().rsplit_once('.').unwrap();
    let (header, payload) = head.split_once('.').unwrap();
    let stranger = Story::begin().await;
    let sid = claims(story.tokens.id())["sid"].as_str().unwrap().to_owned();
    assert!(!sid.is_empty());
    for foreign in [
        "x",
        &story.tokens.access_token,
        stranger.tokens.id(),
        &format!("{head}."),
        &format!("eyJhbGciOiJub25lIn0.{payload}."),
        &format!("{header}.eyJzdWIiOiJ4In0.{signature}"),
    ] {
        story.leaves(&[("id_token_hint", foreign)]).await.expect_status(400);
    }
    assert!(story.is_signed_in().await);
}

/// RP-Initiated Logout §2: a parameter given twice is refused, as everywhere.
#[tokio::test]
async fn a_parameter_given_twice_is_refused() {
    let story = Story::begin().await;
    let hint = story.tokens.id();
    story.leaves(&[("id_token_hint", hint), ("id_token_hint", hint)]).await.expect_status(400);
    let twice = [("id_token_hint", hint), ("post_logout_redirect_uri", BYE), ("post_logout_redirect_uri", BYE)];
    story.leaves(&twice).await.expect_status(400);
    assert!(story.is_signed_in().await);
}

/// RP-Initiated Logout §2: POST works as GET does. It comes without our Lax cookie, so it goes on by 303.
#[tokio::test]
async fn a_posted_request_goes_on_by_get() {
    let story = Story::begin().await;
    let request = story.server.request(Method::POST, "/logout").header("origin", "https://app.example");
    let request = request.with("id_token_hint", story.tokens.id()).with("post_logout_redirect_uri", BYE);
    let answer = request.with("state", "s 1").await;
    answer.expect_status(303);
    assert!(story.is_signed_in().await, "nothing happened yet");
    let arrived = story.alice.browser.get(answer.location().unwrap().as_str()).await;
    assert_eq!(arrived.header("location"), Some("https://app.example/bye?from=signet&state=s+1"));
    assert!(!story.is_signed_in().await);
}

#[tokio::test]
async fn nobody_signed_in_is_signed_out_already() {
    let story = Story::begin().await;
    let stranger = story.server.browser();
    says_goodbye(&stranger.get("/logout").await);
    says_goodbye(&stranger.get(&path(&[("id_token_hint", story.tokens.id())])).await);
    let parameters = [("client_id", story.app.id.as_str()), ("post_logout_redirect_uri", BYE), ("state", "x")];
    let answer = stranger.get(&path(&parameters)).await;
    assert_eq!(answer.header("location"), Some("https://app.example/bye?from=signet&state=x"));
    assert!(story.is_signed_in().await, "elsewhere nothing changed");
}

/// Whoever looks after the account sees when a device was left.
#[tokio::test]
async fn a_sign_out_stands_in_the_audit_log_once() {
    let story = Story::begin().await;
    let page = story.leaves(&[]).await;
    says_goodbye(&presses(&story.alice.browser, "logout").await);
    says_goodbye(&story.alice.browser.form_of(&page, &[("decision", "logout")]).await);
    let left = story.server.program("admin:audit:read").await.get("/audit-events?action=logout").await.json();
    assert_eq!(left["items"].as_array().unwrap().len(), 1, "{left}");
    assert_eq!(left["items"][0]["user_id"], story.alice.id, "{left}");
}

/// Asking twice is no error.
#[tokio::test]
async fn signing_out_twice_is_signing_out() {
    let story = Story::begin().await;
    let page = story.leaves(&[]).await;
    asks(&page);
    says_goodbye(&presses(&story.alice.browser, "logout").await);
    says_goodbye(&story.alice.browser.form_of(&page, &[("decision", "logout")]).await);
}

/// The question was about this session: a new one is not ended by an old page.
#[tokio::test]
async fn an_old_confirmation_does_not_end_a_new_session() {
    let story = Story::begin().await;
    let page = story.leaves(&[]).await;
    says_goodbye(&presses(&story.alice.browser, "logout").await);
    story.alice.browser.signs_in(&story.alice).await;
    story.alice.browser.form_of(&page, &[("decision", "logout")]).await.expect_status(400);
    assert!(story.is_signed_in().await);
}

/// A request that cannot be read signs nobody out.
#[tokio::test]
async fn a_request_that_cannot_be_read_stays_on_our_page() {
    let story = Story::begin().await;
    for broken in ["state=%zz", "state=%ff", "state=%00"] {
        let address = format!("{}&{broken}", path(&[("id_token_hint", story.tokens.id())]));
        story.alice.browser.get(&address).await.expect_status(400);
    }
    assert!(story.is_signed_in().await);
    let answer = story.server.request(Method::DELETE, "/logout").await;
    answer.expect_status(405);
    assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
}

/// Signing out here leaves other browsers of the same person alone.
#[tokio::test]
async fn one_session_ends_and_the_others_stay() {
    let story = Story::begin().await;
    let elsewhere = story.server.browser();
    elsewhere.signs_in(&story.alice).await;
    says_goodbye(&story.leaves(&[("id_token_hint", story.tokens.id())]).await);
    story.app.authorize(&elsewhere).with("prompt", "none").await.expect_code();
}

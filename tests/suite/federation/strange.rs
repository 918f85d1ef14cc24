//! Ways back that are no answer to a way out, and providers that are not there. RFC 6749 §10.12, RFC 9207.

use serde_json::json;
use signet::domain::time::Seconds;

use super::{Journey, callback, dora, parameter, tenant::Tenant};

/// RFC 7636 §4.2, OpenID Connect Core §3.1.2.1.
#[tokio::test]
async fn the_way_out_carries_pkce_state_and_nonce_and_the_code_its_verifier() {
    let journey = Journey::begin().await;
    let away = journey.leaves().await;
    assert!(away.as_str().starts_with(&format!("{}/authorize?", journey.tenant.issuer())), "{away}");
    assert_eq!(parameter(&away, "response_type"), "code");
    assert_eq!(parameter(&away, "code_challenge_method"), "S256");
    assert_eq!(parameter(&away, "scope"), "openid email profile");
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(parameter(&away, name).len(), 43, "{name}");
    }
    let mut claims = journey.tenant.claims(journey.server.now());
    claims["nonce"] = json!(parameter(&away, "nonce"));
    journey.returns(&away, Tenant::signs(&claims)).await;
    let sent = journey.tenant.redemption();
    assert!(sent.contains("grant_type=authorization_code") && sent.contains("code=a-code"), "{sent}");
    assert!(sent.contains("code_verifier="), "{sent}");
}

/// A session at the provider is no fresh proof.
#[tokio::test]
async fn a_fresh_sign_in_is_asked_of_the_provider_too() {
    let journey = Journey::begin().await;
    for (name, value, prompt) in [("prompt", "login", "login"), ("max_age", "60", "login"), ("login_hint", "d", "")] {
        journey.app.authorize(&journey.browser).with(name, value).await.expect_page(200);
        let away = super::leaves_by(&journey.browser, "/login/with/entra").await;
        assert_eq!(parameter(&away, "prompt"), prompt);
        assert_eq!(parameter(&away, "login_hint"), if name == "login_hint" { "d" } else { "" });
    }
}

#[tokio::test]
async fn the_cookie_is_short_lived_out_of_scripts_reach_and_gone_afterwards() {
    let journey = Journey::begin().await;
    journey.expect_signed_in(&journey.goes(|_| {}).await);
    let lines = journey.browser.set_cookie_lines();
    let line = lines.iter().find(|line| line.starts_with("signet-upstream=")).unwrap();
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=900"] {
        assert!(line.contains(attribute), "{line}");
    }
    assert!(line.len() < 4096);
    assert_eq!(journey.browser.cookie("signet-upstream"), None);
}

const NOT_BEGUN: &str = "This sign-in was not begun here";

/// RFC 6749 §10.12: somebody else's code must not sign this browser in.
#[tokio::test]
async fn another_state_or_none_is_no_answer() {
    let journey = Journey::begin().await;
    for state in ["", "state=another&"] {
        let away = journey.leaves().await;
        let answer = journey.browser.get(&format!("/login/callback/entra?{state}code=a")).await;
        journey.expect_refused(&answer, NOT_BEGUN);
        assert_eq!(journey.tenant.asked("/token"), 0);
        assert_ne!(parameter(&away, "state"), "another");
    }
}

#[tokio::test]
async fn another_browser_brings_nothing_home() {
    let journey = Journey::begin().await;
    let away = journey.leaves().await;
    let back = callback(&journey.server.site, &away, &[("code", "a")]);
    let thief = journey.server.browser();
    let answer = thief.get(&back).await;
    assert!(answer.expect_status(400).text().contains(NOT_BEGUN));
    // Nor with the cookie alone: it is bound to the browser that left.
    thief.set_cookie("signet-upstream", &journey.browser.cookie("signet-upstream").unwrap());
    thief.set_cookie("signet-browser", "another");
    let answer = thief.get(&back).await;
    assert!(answer.expect_status(400).text().contains(NOT_BEGUN));
    assert_eq!(journey.tenant.asked("/token"), 0);
}

#[tokio::test]
async fn a_way_back_works_once_and_not_for_ever() {
    let journey = Journey::begin().await;
    let away = journey.leaves().await;
    let back = callback(&journey.server.site, &away, &[("code", "a")]);
    journey.server.advance(Seconds(900)).await;
    journey.expect_refused(&journey.browser.get(&back).await, NOT_BEGUN);

    let answer = journey.goes(|_| {}).await;
    journey.expect_signed_in(&answer);
    let again = journey.browser.get(&back).await;
    assert!(again.expect_status(400).text().contains(NOT_BEGUN));
}

/// RFC 9207 §2.4.
#[tokio::test]
async fn an_answer_of_another_issuer_is_no_answer() {
    let journey = Journey::begin().await;
    let away = journey.leaves().await;
    let back = callback(&journey.server.site, &away, &[("code", "a"), ("iss", "https://evil.example")]);
    journey.expect_refused(&journey.browser.get(&back).await, NOT_BEGUN);
    assert_eq!(journey.tenant.asked("/token"), 0);
}

#[tokio::test]
async fn an_error_leads_back_to_the_login_page() {
    let journey = Journey::begin().await;
    let away = journey.leaves().await;
    let said = [("error", "access_denied"), ("error_description", "<b>no</b>")];
    let answer = journey.browser.get(&callback(&journey.server.site, &away, &said)).await;
    journey.expect_refused(&answer, "The provider did not sign you in.");
    assert!(answer.text().contains("name=\"password\"") && !answer.text().contains("<b>no"));
    // And on from there.
    let alice = journey.server.user("alice").await;
    let answer = journey.browser.submit(&alice.credentials()).await;
    journey.expect_signed_in(&answer);
}

#[tokio::test]
async fn a_provider_that_is_away_says_so_and_is_not_asked_by_everybody() {
    let journey = Journey::begin().await;
    journey.tenant.goes_away();
    for _ in 0..3 {
        journey.app.authorize(&journey.browser).await.expect_page(200);
        let answer = journey.browser.submit_to("/login/with/entra", &[]).await;
        journey.expect_refused(&answer, "cannot be reached at the moment");
    }
    assert_eq!(journey.tenant.asked("openid-configuration"), 1);
    journey.tenant.comes_back();
    journey.server.advance(Seconds(5)).await;
    journey.expect_signed_in(&journey.goes(|_| {}).await);
}

/// OpenID Connect Discovery §4.3.
#[tokio::test]
async fn a_document_of_another_issuer_is_not_used() {
    let journey = Journey::with("").await;
    let entry = journey.tenant.entry("");
    let other = format!("{}/x", entry.issuer());
    let text = format!("name = 'other'\nlabel = 'Other'\nissuer = '{other}'\nclient_id = 'x'");
    let server = crate::harness::Server::with(|settings| settings.providers = vec![super::entry(&text)]).await;
    let (app, browser) = (server.client().create().await, server.browser());
    app.authorize(&browser).await.expect_page(200);
    let answer = browser.submit_to("/login/with/other", &[]).await;
    assert!(answer.expect_status(400).text().contains("cannot be reached"));
    assert_eq!(journey.tenant.asked("/x/.well-known"), 1);
}

#[tokio::test]
async fn what_is_too_long_for_the_cookie_is_refused_with_words() {
    let journey = Journey::begin().await;
    journey.app.authorize(&journey.browser).with("unknown", &"x".repeat(3000)).await.expect_page(200);
    let answer = journey.browser.submit_to("/login/with/entra", &[]).await;
    assert!(answer.expect_status(400).text().contains("too long for a provider"), "{}", answer.text());
}

#[tokio::test]
async fn only_a_form_of_ours_leads_to_a_provider_that_is_there() {
    let journey = Journey::begin().await;
    journey.app.authorize(&journey.browser).await.expect_page(200);
    let forms = journey.browser.page().forms();
    let form = forms.iter().find(|form| form.action.ends_with("/login/with/entra")).unwrap();
    let sealed = &form.hidden.iter().find(|(name, _)| name == "interaction").unwrap().1;
    let post = |path: &str, origin: &str| {
        journey.browser.request(reqwest::Method::POST, path).header("origin", origin).and("interaction", sealed)
    };
    let ours = journey.server.site.origin();
    post("/login/with/entra", "https://evil.example").await.expect_status(403);
    post("/login/with/nobody", &ours).await.expect_status(404);
    post("/login/with/entra", &ours).await.expect_status(200);
    post("/login/with/entra", &ours).with("interaction", "made up").await.expect_status(400);
    assert_eq!(dora(&journey).await, None);
}

//! Applications without a secret: in the browser, and on the person's own device. RFC 8252, RFC 9700 §2.1.

use openidconnect::{OAuth2TokenResponse, TokenResponse};

use super::RelyingParty;
use crate::harness::{Seconds, Server};

/// A single-page application: PKCE instead of a secret, rotation instead of trust.
#[tokio::test]
async fn a_single_page_application_lives_its_whole_life() {
    let server = Server::start().await;
    let builder = server.client().public().redirect_uri("https://spa.example/").scope("openid profile email");
    let app = builder.post_logout_redirect_uri("https://spa.example/").create().await;
    let alice = server.user("alice").await;
    let party = RelyingParty::discovers(&server, &app).await;

    let waiting = party.asks(&["profile", "email"]);
    alice.browser.get(waiting.address.as_str()).await.expect_status(200);
    alice.browser.submit(&alice.credentials()).await.expect_status(200);
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;
    let id = party.verifies(&tokens, &nonce);
    assert_eq!(party.userinfo(&tokens, id).await.email().unwrap().as_str(), "alice@example.com");

    let mut refresh = tokens.refresh_token().unwrap().clone();
    for _ in 0..3 {
        server.advance(Seconds::minutes(30)).await;
        let fresh = party.refreshes(&refresh).await.unwrap();
        party.verifies_refreshed(&fresh);
        assert_ne!(fresh.refresh_token().unwrap().secret(), refresh.secret(), "a public client's token rotates");
        refresh = fresh.refresh_token().unwrap().clone();
    }
    // RFC 9700 §4.14.2: the first one again, long after: somebody else has it.
    let reused = party.refreshes(tokens.refresh_token().unwrap()).await.unwrap_err();
    assert!(reused.contains("invalid_grant"), "{reused}");
    assert!(party.refreshes(&refresh).await.unwrap_err().contains("invalid_grant"));

    // The person signs in silently again: the session is not what was stolen.
    let waiting = party.asks_with(&["profile", "email"], |request| request.add_extra_param("prompt", "none"));
    let answer = alice.browser.get(waiting.address.as_str()).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;
    party.verifies(&tokens, &nonce);
    party.revokes(tokens.refresh_token().unwrap().clone().into()).await;
    assert!(party.refreshes(tokens.refresh_token().unwrap()).await.is_err());

    let address = party.leaves(tokens.id_token().unwrap(), "https://spa.example/", "bye");
    let answer = alice.browser.get(address.as_str()).await;
    assert_eq!(answer.header("location"), Some("https://spa.example/?state=bye"));
    let waiting = party.asks_with(&[], |request| request.add_extra_param("prompt", "none"));
    let answer = alice.browser.get(waiting.address.as_str()).await;
    assert_eq!(answer.parameter("error").as_deref(), Some("login_required"));
}

/// RFC 8252 §7.3: a command-line tool listens where there is room, at another port each time.
#[tokio::test]
async fn a_native_application_comes_back_at_any_port() {
    let server = Server::start().await;
    let app = server.client().public().redirect_uri("http://127.0.0.1/callback").create().await;
    let alice = server.user("alice").await;
    alice.browser.signs_in(&alice).await;
    for port in [49_152, 61_000] {
        let mut here = app.clone();
        here.redirect_uri = format!("http://127.0.0.1:{port}/callback");
        let party = RelyingParty::discovers(&server, &here).await;
        let waiting = party.asks(&["email", "offline_access"]);
        let page = alice.browser.get(waiting.address.as_str()).await;
        assert!(page.text().contains("Continue only if you started this sign-in yourself."), "asked each time");
        let answer = alice.browser.submit(&[("decision", "allow")]).await;
        let (tokens, nonce) = party.takes(waiting, &answer).await;
        party.verifies(&tokens, &nonce);
        party.refreshes(tokens.refresh_token().unwrap()).await.unwrap();
    }
}

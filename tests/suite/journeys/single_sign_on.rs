//! One person, one session, several applications.

use std::time::Duration;

use openidconnect::{OAuth2TokenResponse, TokenIntrospectionResponse, TokenResponse};

use super::RelyingParty;
use crate::harness::{Seconds, Server};

const BYE: &str = "https://app.example/bye";

/// Signing in once opens both; signing out at one ends what hangs on the session at both, and nothing else.
#[tokio::test]
async fn one_sign_in_opens_two_applications_and_one_sign_out_closes_them() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let mail = server.client().first_party().scope("openid email").post_logout_redirect_uri(BYE).create().await;
    let notes = server.client().first_party().scope("openid offline_access").create().await;
    let (mail, notes) = (RelyingParty::discovers(&server, &mail).await, RelyingParty::discovers(&server, &notes).await);

    let waiting = mail.asks(&["email"]);
    alice.browser.get(waiting.address.as_str()).await.expect_status(200);
    let answer = alice.browser.submit(&alice.credentials()).await;
    let (at_mail, nonce) = mail.takes(waiting, &answer).await;
    let first = mail.verifies(&at_mail, &nonce).auth_time();

    server.advance(Seconds::minutes(5)).await;
    let waiting = notes.asks(&[]);
    let answer = alice.browser.get(waiting.address.as_str()).await;
    let (bound, nonce) = notes.takes(waiting, &answer).await;
    assert_eq!(notes.verifies(&bound, &nonce).auth_time(), first, "nobody was asked again");
    let waiting = notes.asks(&["offline_access"]);
    let answer = alice.browser.get(waiting.address.as_str()).await;
    let (offline, nonce) = notes.takes(waiting, &answer).await;
    notes.verifies(&offline, &nonce);

    alice.browser.get(mail.leaves(at_mail.id_token().unwrap(), BYE, "x").as_str()).await.expect_status(303);
    assert!(!mail.introspects(at_mail.access_token()).await.active());
    assert!(!notes.introspects(bound.access_token()).await.active());
    assert!(notes.refreshes(bound.refresh_token().unwrap()).await.is_err());
    assert!(notes.introspects(offline.access_token()).await.active());
    notes.refreshes(offline.refresh_token().unwrap()).await.unwrap();
}

/// An application that handles money wants a fresh proof, and can tell from the token that it got one.
#[tokio::test]
async fn a_careful_application_asks_for_a_fresh_sign_in() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let bank = server.client().first_party().create().await;
    let bank = RelyingParty::discovers(&server, &bank).await;
    alice.browser.signs_in(&alice).await;
    server.advance(Seconds::hours(2)).await;

    let waiting = bank.asks_with(&[], |request| request.set_max_age(Duration::from_mins(5)));
    assert!(alice.browser.get(waiting.address.as_str()).await.text().contains("asks you to sign in again"));
    let answer = alice.browser.submit(&alice.credentials()).await;
    let (tokens, nonce) = bank.takes(waiting, &answer).await;
    assert_eq!(bank.verifies(&tokens, &nonce).auth_time().unwrap().timestamp(), server.now());
}

/// A person who is suspended is out everywhere at once, and back as they were.
#[tokio::test]
async fn a_suspended_person_is_out_everywhere() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let party = RelyingParty::discovers(&server, &app).await;
    alice.browser.signs_in(&alice).await;
    let waiting = party.asks(&["email", "offline_access"]);
    alice.browser.get(waiting.address.as_str()).await.expect_status(200);
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;
    party.verifies(&tokens, &nonce);

    alice.is_suspended().await;
    assert!(!party.introspects(tokens.access_token()).await.active());
    assert!(party.refreshes(tokens.refresh_token().unwrap()).await.unwrap_err().contains("invalid_grant"));
    let waiting = party.asks(&["email"]);
    assert!(alice.browser.get(waiting.address.as_str()).await.text().contains("name=\"password\""));
}

//! A web application with a secret: from discovery to signing out. OpenID Connect Core §3.1.

use openidconnect::{OAuth2TokenResponse, TokenIntrospectionResponse, TokenResponse};

use super::RelyingParty;
use crate::harness::{Seconds, Server};

const SCOPES: [&str; 2] = ["profile", "email"];
const BYE: &str = "https://app.example/bye";

/// Sign in, verify, read, refresh, introspect, revoke, sign out; each step by an independent library.
#[tokio::test]
async fn a_web_application_lives_its_whole_life() {
    let server = Server::start().await;
    let app = server.client().scope("openid profile email").post_logout_redirect_uri(BYE).create().await;
    let alice = server.user("alice").await;
    let party = RelyingParty::discovers(&server, &app).await;

    let waiting = party.asks(&SCOPES);
    assert!(alice.browser.get(waiting.address.as_str()).await.text().contains("name=\"password\""));
    alice.browser.submit(&alice.credentials()).await.expect_status(200);
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;

    let id = party.verifies(&tokens, &nonce);
    assert_eq!(id.subject().as_str(), alice.id);
    assert_eq!(id.auth_time().unwrap().timestamp(), server.now());
    assert_eq!(id.auth_context_ref().unwrap().as_str(), "urn:signet:acr:password");
    let user = party.userinfo(&tokens, id).await;
    assert_eq!(user.email().unwrap().as_str(), "alice@example.com");
    assert_eq!(user.email_verified(), Some(true));
    assert_eq!(user.name().unwrap().get(None).unwrap().as_str(), "alice Example");
    assert_eq!(user.preferred_username().unwrap().as_str(), "alice");

    server.advance(Seconds::minutes(50)).await;
    let fresh = party.refreshes(tokens.refresh_token().unwrap()).await.unwrap();
    let again = party.verifies_refreshed(&fresh);
    assert_eq!((again.subject(), again.auth_time()), (id.subject(), id.auth_time()));
    assert_ne!(fresh.access_token().secret(), tokens.access_token().secret());
    server.advance(Seconds::minutes(20)).await;
    assert!(!party.introspects(tokens.access_token()).await.active(), "the first one has expired");
    let told = party.introspects(fresh.access_token()).await;
    assert!(told.active());
    assert_eq!(told.username(), Some("alice"));
    assert_eq!(told.sub(), Some(alice.id.as_str()));
    assert_eq!(told.client_id().unwrap().as_str(), app.id);

    let answer = alice.browser.get(party.leaves(fresh.id_token().unwrap(), BYE, "s-1").as_str()).await;
    assert_eq!(answer.header("location"), Some("https://app.example/bye?state=s-1"));
    assert!(!party.introspects(fresh.access_token()).await.active());
    let refused = party.refreshes(fresh.refresh_token().unwrap()).await.unwrap_err();
    assert!(refused.contains("invalid_grant"), "{refused}");
}

/// RFC 7009 §2.1: the refresh token goes, and what was made from it.
#[tokio::test]
async fn what_is_revoked_is_over() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let party = RelyingParty::discovers(&server, &app).await;
    let waiting = party.asks(&["email", "offline_access"]);
    alice.browser.signs_in(&alice).await;
    alice.browser.get(waiting.address.as_str()).await.expect_status(200);
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;
    party.verifies(&tokens, &nonce);

    assert!(party.introspects(tokens.access_token()).await.active());
    party.revokes(tokens.refresh_token().unwrap().clone().into()).await;
    assert!(!party.introspects(tokens.access_token()).await.active());
    assert!(party.refreshes(tokens.refresh_token().unwrap()).await.unwrap_err().contains("invalid_grant"));
    // The person is still signed in and has still consented.
    let waiting = party.asks(&["email"]);
    let answer = alice.browser.get(waiting.address.as_str()).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;
    party.verifies(&tokens, &nonce);
}

/// RFC 6749 §2.3.1: the secret in the body.
#[tokio::test]
async fn a_secret_in_the_body_is_as_good() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let party = RelyingParty::discovers(&server, &app).await.with_secret_in_body();
    let waiting = party.asks(&SCOPES);
    alice.browser.signs_in(&alice).await;
    alice.browser.get(waiting.address.as_str()).await.expect_status(200);
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;
    party.verifies(&tokens, &nonce);
    assert!(party.introspects(tokens.access_token()).await.active());
    party.refreshes(tokens.refresh_token().unwrap()).await.unwrap();
}

/// OAuth 2.0 Form Post Response Mode §1.
#[tokio::test]
async fn the_answer_may_be_posted() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let party = RelyingParty::discovers(&server, &app).await;
    let waiting = party.asks_with(&SCOPES, |request| request.add_extra_param("response_mode", "form_post"));
    alice.browser.signs_in(&alice).await;
    alice.browser.get(waiting.address.as_str()).await.expect_status(200);
    let page = alice.browser.submit(&[("decision", "allow")]).await;
    let (tokens, nonce) = party.takes_form(waiting, &page).await;
    party.verifies(&tokens, &nonce);
}

/// An issuer with a path is as good an issuer (OpenID Connect Discovery §4).
#[tokio::test]
async fn an_issuer_with_a_path_works_from_end_to_end() {
    let server = Server::at_path("/tenants/one").await;
    let app = server.client().scope("openid email").post_logout_redirect_uri(BYE).create().await;
    let alice = server.user("alice").await;
    let party = RelyingParty::discovers(&server, &app).await;
    let waiting = party.asks(&["email"]);
    alice.browser.get(waiting.address.as_str()).await.expect_status(200);
    alice.browser.submit(&alice.credentials()).await;
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;
    let id = party.verifies(&tokens, &nonce);
    assert_eq!(id.issuer().as_str(), server.site.issuer);
    party.userinfo(&tokens, id).await;
    let answer = alice.browser.get(party.leaves(tokens.id_token().unwrap(), BYE, "x").as_str()).await;
    assert_eq!(answer.header("location"), Some("https://app.example/bye?state=x"));
}

/// A nonce of another request, or a token for another client, does not pass: the library tells.
#[tokio::test]
async fn a_token_is_for_one_client_and_one_request() {
    let server = Server::start().await;
    let (app, other) = (server.client().create().await, server.client().create().await);
    let alice = server.user("alice").await;
    let (party, stranger) =
        (RelyingParty::discovers(&server, &app).await, RelyingParty::discovers(&server, &other).await);
    let (waiting, unrelated) = (party.asks(&[]), party.asks(&[]));
    alice.browser.signs_in(&alice).await;
    alice.browser.get(waiting.address.as_str()).await.expect_status(200);
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    let (tokens, nonce) = party.takes(waiting, &answer).await;
    party.verifies(&tokens, &nonce);
    assert!(!party.accepts(&tokens, &unrelated.nonce));
    assert!(!stranger.accepts(&tokens, &nonce));
}

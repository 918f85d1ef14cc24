//! Refused at `/token`. RFC 6749 §5.2.

use signet::{
    domain::refused::Endpoint,
    protocol::{client_auth::AuthMethod, token::GrantType},
    services::refused,
};

use super::{differs, everything, last, of, reason};
use crate::harness::{Auth, FORM, Method, Seconds, Server, cast};

#[tokio::test]
async fn a_wrong_secret_is_told_from_one_that_has_ended() {
    let server = Server::start().await;
    let service = server.client().service("read:org").create().await;
    service.with_secret("wrong secret").asks_for_itself().await.expect_refusal("invalid_client");
    reason(&service, "invalid_client", "the secret sent matches none of the 1 registered");
    let rotated = service.rotates_secret(Seconds(60)).await;
    server.advance(Seconds(61)).await;
    service.asks_for_itself().await.expect_refusal("invalid_client");
    reason(&service, "invalid_client", "the secret sent ended 2027-01-15T08:01:00Z");
    service.with_secret("wrong secret").asks_for_itself().await.expect_refusal("invalid_client");
    let expected = "the secret sent matches none of the 2 registered; one ended 2027-01-15T08:01:00Z";
    reason(&service, "invalid_client", expected);
    assert_eq!(last(&service, "invalid_client").endpoint, Endpoint::Token);
    let kept = everything(&server);
    for secret in [service.secret.unwrap(), rotated.secret.unwrap(), "wrong secret".to_owned()] {
        assert!(!kept.contains(&secret), "{kept}");
    }
}

#[tokio::test]
async fn another_way_of_authenticating_stands_beside_those_registered() {
    const MEMBER: &str = "token_endpoint_auth_method";
    let server = Server::start().await;
    let app = server.client().auth_methods(&[AuthMethod::ClientSecretBasic]).create().await;
    app.by(Auth::Post).refreshes("x").await.expect_refusal("invalid_client");
    differs(&app, "invalid_client", (MEMBER, Some("client_secret_post"), &["client_secret_basic"]));
    app.by(Auth::None).refreshes("x").await.expect_refusal("invalid_client");
    differs(&app, "invalid_client", (MEMBER, Some("none"), &["client_secret_basic"]));
    let spa = server.client().public().create().await;
    spa.with_secret("x").by(Auth::Basic).refreshes("x").await.expect_refusal("invalid_client");
    differs(&spa, "invalid_client", (MEMBER, Some("client_secret_basic"), &["none"]));
    app.is_disabled().await;
    app.refreshes("x").await.expect_refusal("invalid_client");
    reason(&app, "invalid_client", "the client is disabled");
}

#[tokio::test]
async fn what_a_code_was_refused_for_is_kept_without_the_code() {
    let (server, app, alice) = cast().await;
    let other = server.client().id("other").create().await;
    let [first, second, third, fourth, fifth] = [(); 5].map(|()| alice.approves(&app));
    let codes = [first.await, second.await, third.await, fourth.await, fifth.await];
    let [used, uri, verifier, bare, late] = &codes;

    other.redeems(used).await.expect_refusal("invalid_grant");
    reason(&other, "invalid_grant", &format!("the code was made for another client: {}", app.id));
    app.redeems(used).with("code", "forged").await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "the code is not one of ours: malformed, or sealed with a key that is gone");
    app.redeems(used).await.expect_tokens();
    app.redeems(used).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "the code was redeemed before: all that it brought is revoked");
    app.redeems(uri).with("redirect_uri", "https://app.example/").await.expect_refusal("invalid_grant");
    differs(&app, "invalid_grant", ("redirect_uri", Some("https://app.example/"), &["https://app.example/cb"]));
    let wrong = "v".repeat(43);
    app.redeems(verifier).with("code_verifier", &wrong).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "code_verifier does not answer the challenge");
    app.redeems(bare).without("code_verifier").await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "code_verifier is missing");
    server.advance(Seconds(61)).await;
    app.redeems(late).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "the code has expired");
    server.advance(Seconds(601)).await;
    app.redeems(late).await.expect_refusal("invalid_grant");
    assert_eq!(last(&app, "invalid_grant").times, 2);

    let kept = everything(&server);
    let secrets = codes.iter().flat_map(|code| [code.value.as_str(), code.verifier.as_deref().unwrap()]);
    for secret in secrets.chain([wrong.as_str(), "forged", app.secret.as_deref().unwrap()]) {
        assert!(!kept.contains(secret), "{kept}");
    }
}

#[tokio::test]
async fn what_a_code_rested_on_is_named() {
    let (server, app, _) = cast().await;
    let (alice, bob, carol) = (server.user("anna").await, server.user("bob").await, server.user("carol").await);
    let codes = [alice.approves(&app).await, bob.approves(&app).await, carol.approves(&app).await];
    alice.signs_out().await;
    bob.withdraws(&app).await;
    for (code, why) in codes.iter().zip([
        "the session has ended: signed out, expired, or its user deleted",
        "the user's consent was withdrawn, or does not cover the scope",
    ]) {
        app.redeems(code).await.expect_refusal("invalid_grant");
        reason(&app, "invalid_grant", why);
    }
    app.changes(|members| members.scope = signet::protocol::scope::Scope::parse("openid")).await;
    app.redeems(&codes[2]).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "the client is no longer registered for the scope");
}

#[tokio::test]
async fn what_a_refresh_token_was_refused_for_is_kept_without_the_token() {
    let (server, app, alice) = cast().await;
    let other = server.client().id("other").create().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let bound = alice.allows(alice.asked_by(&app).with("scope", "openid")).await;
    let bound = app.redeems(&bound).await.expect_tokens();

    app.refreshes(&first.access_token).await.expect_refusal("invalid_grant");
    let foreign = "the refresh token is not one of ours: malformed, forged, or made with a key that is gone";
    reason(&app, "invalid_grant", foreign);
    other.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    reason(&other, "invalid_grant", &format!("the refresh token was issued to another client: {}", app.id));
    app.refreshes(bound.refresh()).with("scope", "openid email").await.expect_refusal("invalid_scope");
    differs(&app, "invalid_scope", ("scope", Some("openid email"), &["openid"]));
    alice.signs_out().await;
    app.refreshes(bound.refresh()).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "the session has ended: signed out or expired");
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds(11)).await;
    app.refreshes(first.refresh()).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "the refresh token was used before, and its successor too: its grant is revoked");
    app.refreshes(second.refresh()).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "its grant was revoked");

    let kept = everything(&server);
    for secret in [first.refresh(), second.refresh(), bound.refresh(), &first.access_token] {
        assert!(!kept.contains(secret), "{kept}");
    }
}

#[tokio::test]
async fn an_old_refresh_token_has_expired_and_then_is_gone() {
    let (server, app, alice) = cast().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    server.advance(Seconds::days(400)).await;
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "it has expired");
    signet::services::admin::purge::expired(&server.site.core).await.unwrap();
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    reason(&app, "invalid_grant", "its grant is gone: ended long ago, or its user was deleted");
}

#[tokio::test]
async fn grant_scope_and_resource_stand_beside_those_registered() {
    let server = Server::start().await;
    let service = server.client().service("read:org").resource("https://api.example").create().await;
    service.asks_for_itself().with("grant_type", "password").await.expect_refusal("unsupported_grant_type");
    differs(&service, "unsupported_grant_type", ("grant_type", Some("password"), &["client_credentials"]));
    service.refreshes("x").await.expect_refusal("unauthorized_client");
    differs(&service, "unauthorized_client", ("grant_type", Some("refresh_token"), &["client_credentials"]));
    service.asks_for_itself().with("scope", "write:org").await.expect_refusal("invalid_scope");
    differs(&service, "invalid_scope", ("scope", Some("write:org"), &["read:org"]));
    service.asks_for_itself().with("scope", "\"x\"").await.expect_refusal("invalid_scope");
    differs(&service, "invalid_scope", ("scope", Some("\"x\""), &["read:org"]));
    service.asks_for_itself().with("resource", "https://other.example").await.expect_refusal("invalid_target");
    differs(&service, "invalid_target", ("resource", Some("https://other.example"), &["https://api.example"]));
    service.asks_for_itself().without("grant_type").await.expect_refusal("invalid_request");
    reason(&service, "invalid_request", "grant_type is missing");
    let spa = server.client().public().grants(&[GrantType::AuthorizationCode, GrantType::RefreshToken]).create().await;
    spa.asks_for_itself().await.expect_refusal("unauthorized_client");
    assert_eq!(of(&spa).len(), 1);
}

/// A resource goes beyond those that were authorized.
#[tokio::test]
async fn a_resource_stands_beside_those_that_were_authorized() {
    let server = Server::start().await;
    let app = server.client().resource("https://one.example").resource("https://two.example").create().await;
    let alice = server.user("alice").await;
    let code = alice.allows(alice.asked_by(&app).with("resource", "https://one.example")).await;
    app.redeems(&code).with("resource", "https://two.example").await.expect_refusal("invalid_target");
    differs(&app, "invalid_target", ("resource", Some("https://two.example"), &["https://one.example"]));
}

/// Before a client has proved anything, what it calls itself decides where it is kept.
#[tokio::test]
async fn what_could_not_be_read_is_kept_under_its_name_or_with_the_strangers() {
    let server = Server::start().await;
    let app = server.client().create().await;
    app.refreshes("x")
        .with("client_id", &app.id)
        .with("client_secret", "hunter2")
        .await
        .expect_refusal("invalid_request");
    reason(&app, "invalid_request", "the client authenticates in more than one way");
    assert_eq!(refused::unknown(&server.site.core), []);

    let stranger = |body: &str| server.request(Method::POST, "/token").raw(FORM, body);
    stranger("client_id=nobody&client_secret=hunter2").await.expect_refusal("invalid_client");
    stranger("client_id=hunter2hunter2hunter2hunter2hunter2hunter2hunter2").await.expect_refusal("invalid_client");
    stranger("client_id=nobody&client_id=other").await.expect_refusal("invalid_request");
    stranger("a=%zz").await.expect_refusal("invalid_request");
    stranger("").query("client_secret", "hunter2").await.expect_refusal("invalid_request");
    stranger("").header("authorization", "Bearer hunter2").await.expect_refusal("invalid_client");
    let kept = refused::unknown(&server.site.core);
    assert_eq!(kept.len(), 6);
    assert_eq!(kept.iter().filter_map(|refused| refused.named.as_deref()).collect::<Vec<_>>(), ["hunter2h…", "nobody"]);
    assert_eq!(everything(&server).matches("hunter2").count(), 1, "only the beginning of the name");
    assert_eq!(of(&app).len(), 1);
}

//! Redeeming a code at `/token`. RFC 6749 §4.1.3, RFC 7636 §4.6.

use crate::harness::{Auth, Seconds, Server, cast};

/// RFC 6749 §4.1.2: the code MUST NOT be used more than once; tokens based on it SHOULD be revoked.
#[tokio::test]
async fn a_code_works_once() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;

    let tokens = app.redeems(&code).await.expect_tokens();
    app.redeems(&code).await.expect_refusal("invalid_grant");
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
}

/// The answer of the documented code flow: no PKCE, the secret in the body, scopes of an API.
#[tokio::test]
async fn a_plain_oauth_client_gets_exactly_the_documented_members() {
    let server = Server::start().await;
    let app = server.client().scope("read:projects write:projects").create().await.by(Auth::Post);
    let alice = server.user("alice").await;
    let code = alice.allows(alice.asked_by(&app).without_pkce()).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let members: Vec<_> = tokens.json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "expires_in", "refresh_token", "scope", "token_type"]);
    assert_eq!(tokens.json["token_type"], "Bearer");
    assert_eq!(tokens.json["expires_in"], 3600);
    assert_eq!(tokens.json["scope"], "read:projects write:projects");
}

/// RFC 6749 §4.1.3: the code was issued to this client. Another one changes nothing (ZITADEL CVE-2026-55672).
#[tokio::test]
async fn a_code_belongs_to_one_client() {
    let (server, app, alice) = cast().await;
    let thief = server.client().create().await;
    let code = alice.approves(&app).await;
    thief.redeems(&code).await.expect_refusal("invalid_grant");
    let tokens = app.redeems(&code).await.expect_tokens();
    thief.redeems(&code).await.expect_refusal("invalid_grant");
    app.userinfo(&tokens.access_token).await.expect_status(200);
}

/// RFC 6749 §4.1.3: MUST be identical. A failed attempt spends the code.
#[tokio::test]
async fn the_redirect_uri_is_the_same_text_again() {
    let (_server, app, alice) = cast().await;
    let uri = app.redirect_uri.clone();
    for wrong in [format!("{uri}/"), format!("{uri}?"), uri.to_uppercase(), "https://evil.example/cb".to_owned()] {
        let code = alice.approves(&app).await;
        app.redeems(&code).with("redirect_uri", &wrong).await.expect_refusal("invalid_grant");
        app.redeems(&code).await.expect_refusal("invalid_grant");
    }
    let code = alice.approves(&app).await;
    app.redeems(&code).without("redirect_uri").await.expect_refusal("invalid_grant");
}

/// RFC 6749 §4.1.3: it is REQUIRED only if it was in the authorization request.
#[tokio::test]
async fn a_redirect_uri_that_was_not_sent_is_not_due() {
    let server = Server::start().await;
    let (app, alice) = (server.client().scope("api:read").create().await, server.user("alice").await);
    let request = || alice.asked_by(&app).without("redirect_uri");
    let code = alice.allows(request()).await;
    assert_eq!(code.redirect_uri, None);
    app.redeems(&code).await.expect_tokens();
    let code = alice.allows(request()).await;
    app.redeems(&code).with("redirect_uri", "https://evil.example/cb").await.expect_refusal("invalid_grant");
}

/// RFC 7636 §4.6: `invalid_grant`. The code is spent even when the verifier is wrong (authentik CVE-2023-48228,
/// Spring CVE-2024-22258, node-oauth CVE-2026-41213).
#[tokio::test]
async fn a_wrong_verifier_spends_the_code() {
    let (_server, app, alice) = cast().await;
    let long = "x".repeat(129);
    for wrong in ["", "short", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "not#unreserved", long.as_str()] {
        let code = alice.approves(&app).await;
        app.redeems(&code).with("code_verifier", wrong).await.expect_refusal("invalid_grant");
        app.redeems(&code).await.expect_refusal("invalid_grant");
    }
    let code = alice.approves(&app).await;
    app.redeems(&code).without("code_verifier").await.expect_refusal("invalid_grant");
    app.redeems(&code).await.expect_refusal("invalid_grant");
}

/// RFC 9700 §4.8.2: a verifier without a challenge is the mark of a downgrade.
#[tokio::test]
async fn a_verifier_without_a_challenge_is_refused() {
    let (_server, app, alice) = cast().await;
    let code = alice.allows(alice.asked_by(&app).without_pkce()).await;
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    app.redeems(&code).with("code_verifier", verifier).await.expect_refusal("invalid_grant");
    app.redeems(&code).await.expect_refusal("invalid_grant");
}

/// RFC 6749 §4.1.2: the code MUST expire shortly.
#[tokio::test]
async fn a_code_expires_after_a_minute() {
    let (server, app, alice) = cast().await;
    let (in_time, too_late) = (alice.approves(&app).await, alice.approves(&app).await);
    server.advance(Seconds(59)).await;
    app.redeems(&in_time).await.expect_tokens();
    server.advance(Seconds(1)).await;
    app.redeems(&too_late).await.expect_refusal("invalid_grant");
}

/// A replay is looked up before the expiry is judged; an old URL is no kill switch.
#[tokio::test]
async fn a_late_replay_still_revokes_and_an_old_one_does_nothing() {
    let (server, app, alice) = cast().await;
    let (late, old) = (alice.approves(&app).await, alice.approves(&app).await);
    let (stolen, safe) = (app.redeems(&late).await.expect_tokens(), app.redeems(&old).await.expect_tokens());
    server.advance(Seconds::minutes(10)).await;
    app.redeems(&late).await.expect_refusal("invalid_grant");
    app.refreshes(stolen.refresh()).await.expect_refusal("invalid_grant");
    server.advance(Seconds::minutes(2)).await;
    app.redeems(&old).await.expect_refusal("invalid_grant");
    app.refreshes(safe.refresh()).await.expect_tokens();
}

/// RFC 6749 §10.10: nothing that can be guessed or made up is a code, and another kind of token is none either.
#[tokio::test]
async fn what_we_did_not_make_is_no_code() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let mut altered = code.value.clone();
    let last = altered.pop().unwrap();
    altered.push(if last == 'A' { 'B' } else { 'A' });
    let cut = code.value[..code.value.len() - 4].to_owned();
    let longer = format!("{}AAAA", code.value);
    for made_up in [altered, cut, longer, "code".to_owned(), tokens.refresh().to_owned(), tokens.access_token.clone()] {
        app.redeems(&code).with("code", made_up).await.expect_refusal("invalid_grant");
    }
    app.redeems(&code).await.expect_tokens();
}

/// What the code asserts is checked against the rows of now.
#[tokio::test]
async fn a_code_is_worth_nothing_once_the_sign_in_has_ended() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    alice.signs_out().await;
    app.redeems(&code).await.expect_refusal("invalid_grant");
}

#[tokio::test]
async fn a_code_is_worth_nothing_once_the_consent_is_withdrawn() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    alice.withdraws(&app).await;
    app.redeems(&code).await.expect_refusal("invalid_grant");
}

#[tokio::test]
async fn a_code_is_worth_nothing_once_the_user_is_suspended() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    alice.is_suspended().await;
    app.redeems(&code).await.expect_refusal("invalid_grant");
}

#[tokio::test]
async fn a_code_brings_no_scope_that_the_client_has_lost() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    app.changes(|members| members.scope = signet::protocol::scope::Scope::parse("openid")).await;
    app.redeems(&code).await.expect_refusal("invalid_grant");
}

/// RFC 6749 §3.2.1: who does not prove to be the client spends nothing.
#[tokio::test]
async fn a_client_that_fails_to_authenticate_spends_nothing() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    app.with_secret("wrong").redeems(&code).await.expect_refusal("invalid_client");
    app.by(Auth::None).redeems(&code).await.expect_refusal("invalid_client");
    app.redeems(&code).with("grant_type", "made_up").await.expect_refusal("unsupported_grant_type");
    app.redeems(&code).await.expect_tokens();
}

/// Live grants of one user at one client are capped: the oldest goes.
#[tokio::test]
async fn the_oldest_grant_goes_when_there_are_too_many() {
    let server = Server::with(|settings| settings.tokens.grants_per_user_and_client = 2).await;
    let (app, alice, bob) = (server.client().create().await, server.user("alice").await, server.user("bob").await);
    let bobs = app.redeems(&bob.approves(&app).await).await.expect_tokens();
    let mut grants = Vec::new();
    for _ in 0..3 {
        server.advance(Seconds(1)).await;
        grants.push(app.redeems(&alice.approves(&app).await).await.expect_tokens());
    }
    app.refreshes(grants[0].refresh()).await.expect_refusal("invalid_grant");
    for kept in [&grants[1], &grants[2], &bobs] {
        app.refreshes(kept.refresh()).await.expect_tokens();
    }
}

//! What the tokens say. RFC 9068 §2, OpenID Connect Core §2 and §3.1.3.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::harness::{Seconds, Server, cast, claims, header};

fn names(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// RFC 9068 §2.1: the type MUST be `at+jwt`; the algorithm is never `none`.
#[tokio::test]
async fn an_access_token_says_what_it_is() {
    let (_server, app, alice) = cast().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let head = header(&tokens.access_token);
    assert_eq!((head["alg"].as_str(), head["typ"].as_str()), (Some("RS256"), Some("at+jwt")));
    assert_eq!(names(&head), ["alg", "kid", "typ"]);
}

/// RFC 9068 §2.2: the required claims, those of the authentication, and our private one; nothing about the person.
#[tokio::test]
async fn an_access_token_has_the_claims_of_rfc_9068() {
    let (server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let signed_in_at = server.now();
    server.advance(Seconds(30)).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let token = claims(&tokens.access_token);
    assert_eq!(
        names(&token),
        ["acr", "aud", "auth_time", "client_id", "exp", "gid", "iat", "iss", "jti", "scope", "sub"]
    );
    assert_eq!(token["iss"], server.site.issuer);
    assert_eq!(token["sub"], alice.id);
    assert_eq!(token["client_id"], app.id);
    assert_eq!(token["iat"], server.now());
    assert_eq!(token["exp"], server.now() + 3600);
    assert_eq!(token["auth_time"], signed_in_at);
    assert_eq!(token["scope"], "openid profile email offline_access");
}

/// RFC 9068 §2.2: `jti` is unique; §2.2.3: the scope is the one of the answer.
#[tokio::test]
async fn every_access_token_has_a_name_of_its_own() {
    let (_server, app, alice) = cast().await;
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
        let jti = claims(&tokens.access_token)["jti"].as_str().unwrap().to_owned();
        assert!(jti.len() >= 22);
        assert!(seen.insert(jti));
    }
}

/// OpenID Connect Core §2, §3.1.3.3.
#[tokio::test]
async fn an_id_token_has_the_claims_of_openid_connect() {
    let (server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let signed_in_at = server.now();
    server.advance(Seconds(30)).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let (head, token) = (header(tokens.id()), claims(tokens.id()));
    assert_eq!((head["alg"].as_str(), head["typ"].as_str()), (Some("RS256"), Some("JWT")));
    // One audience: `azp` is not due, and no claim of a scope is here but at userinfo (§5.4).
    assert_eq!(
        names(&token),
        ["acr", "amr", "at_hash", "aud", "auth_time", "exp", "iat", "iss", "nonce", "sid", "sub"]
    );
    assert_eq!(token["iss"], server.site.issuer);
    assert_eq!(token["sub"], alice.id);
    assert_eq!(token["aud"], app.id);
    assert_eq!(token["nonce"].as_str(), code.nonce.as_deref());
    assert_eq!(token["iat"], server.now());
    assert_eq!(token["exp"], server.now() + 3600);
    assert_eq!(token["auth_time"], signed_in_at);
    assert_eq!(token["amr"], json!(["pwd"]));
    assert!(token["acr"].is_string() && token["sid"].is_string());
}

/// OpenID Connect Core §3.1.3.6: the left half of the access token's hash.
#[tokio::test]
async fn an_id_token_is_tied_to_its_access_token() {
    let (_server, app, alice) = cast().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let digest = Sha256::digest(tokens.access_token.as_bytes());
    assert_eq!(claims(tokens.id())["at_hash"], URL_SAFE_NO_PAD.encode(&digest[..16]));
}

/// OpenID Connect Core §3.1.2.1: without `openid` it is no OpenID request; without `nonce` there is none to return.
#[tokio::test]
async fn an_id_token_comes_with_openid_only() {
    let server = Server::start().await;
    let (app, alice) = (server.client().scope("openid api:read").create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("scope", "api:read")).await;
    assert_eq!(app.redeems(&code).await.expect_tokens().id_token, None);

    let code = alice.allows(alice.asked_by(&app).without("nonce")).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    assert_eq!(claims(tokens.id()).get("nonce"), None);
}

/// OpenID Connect Back-Channel Logout §2.1: `sid` names the session, not the application.
#[tokio::test]
async fn one_session_has_one_sid_for_all_applications() {
    let (server, app, alice) = cast().await;
    let other = server.client().redirect_uri("https://other.example/cb").create().await;
    let first = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let second = other.redeems(&alice.approves(&other).await).await.expect_tokens();
    let sid = |token: &str| claims(token)["sid"].clone();
    assert_eq!(sid(first.id()), sid(second.id()));
    alice.signs_out().await;
    let third = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    assert_ne!(sid(third.id()), sid(first.id()));
}

/// OpenID Connect Core §12.2: same `iss`, `sub` and `aud`, the original `auth_time`, a new `iat`; no `nonce`.
#[tokio::test]
async fn a_refreshed_id_token_tells_of_the_same_sign_in() {
    let (server, app, alice) = cast().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    server.advance(Seconds::minutes(20)).await;
    let refreshed = app.refreshes(tokens.refresh()).await.expect_tokens();
    let (before, after) = (claims(tokens.id()), claims(refreshed.id()));
    for same in ["iss", "sub", "aud", "auth_time", "sid", "acr", "amr"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    assert_eq!(after["iat"], server.now());
    assert_eq!(after.get("nonce"), None);
    assert_ne!(before["at_hash"], after["at_hash"]);
    assert_eq!(claims(&refreshed.access_token)["auth_time"], before["auth_time"]);
}

/// OpenID Connect Core §5.5: single claims in the ID token, as far as the user has them.
#[tokio::test]
async fn claims_asked_for_are_in_the_id_token() {
    let (_server, app, alice) = cast().await;
    let wanted = r#"{"id_token": {"email": {"essential": true}, "name": null, "phone_number": null, "made_up": null}}"#;
    let code = alice.allows(alice.asked_by(&app).with("scope", "openid").with("claims", wanted)).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let token = claims(tokens.id());
    assert_eq!(token["email"], "alice@example.com");
    assert_eq!(token["name"], "alice Example");
    assert_eq!((token.get("phone_number"), token.get("made_up")), (None, None));
    let refreshed = app.refreshes(tokens.refresh()).await.expect_tokens();
    assert_eq!(claims(refreshed.id())["email"], "alice@example.com");
}

/// A client's own access time counts, and no access token outlives its grant.
#[tokio::test]
async fn a_client_may_have_shorter_access_tokens() {
    let server = Server::start().await;
    let app = server.client().member(|members| members.access_seconds = Some(300)).create().await;
    let alice = server.user("alice").await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    assert_eq!(tokens.expires_in, 300);
    assert_eq!(claims(&tokens.access_token)["exp"], server.now() + 300);
    app.userinfo(&tokens.access_token).await.expect_status(200);
    server.advance(Seconds(300)).await;
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
}

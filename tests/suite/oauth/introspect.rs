//! `/introspect`. RFC 7662.

use crate::harness::operator;
use crate::harness::{Auth, Method, Seconds, Server, TestClient, TestUser, Tokens, cast, claims};
use signet::{
    protocol::scope::Scope,
    services::admin::{
        clients::{self, ClientMembers},
        edition::Expected,
    },
};

const API: &str = "https://api.example";
const INACTIVE: &str = r#"{"active":false}"#;

async fn tokens(app: &TestClient, user: &TestUser) -> Tokens {
    app.redeems(&user.approves(app).await).await.expect_tokens()
}

async fn expect_active(answer: crate::harness::Request) -> serde_json::Value {
    let answer = answer.await;
    answer.expect_status(200).expect_private_json();
    let json = answer.json();
    assert_eq!(json["active"], true, "{json}");
    json
}

/// RFC 7662 §2.2: an inactive token says nothing else, not even why.
async fn expect_inactive(answer: crate::harness::Request) {
    let answer = answer.await;
    answer.expect_status(200).expect_private_json();
    assert_eq!(answer.text(), INACTIVE);
}

/// RFC 7662 §2.2.
#[tokio::test]
async fn a_client_learns_about_its_own_access_token() {
    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    let told = expect_active(app.introspects(&tokens.access_token)).await;
    let token = claims(&tokens.access_token);
    for same in ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope", "auth_time", "acr"] {
        assert_eq!(told[same], token[same], "{same}");
    }
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(told["username"], "alice");
    assert_eq!(told.as_object().unwrap().len(), 13, "{told}");
    server.advance(Seconds(3599)).await;
    expect_active(app.introspects(&tokens.access_token)).await;
    server.advance(Seconds(1)).await;
    expect_inactive(app.introspects(&tokens.access_token)).await;
}

#[tokio::test]
async fn a_client_learns_about_its_own_refresh_token() {
    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    let told = expect_active(app.introspects(tokens.refresh()).with("token_type_hint", "refresh_token")).await;
    assert_eq!(told["sub"], alice.id);
    assert_eq!(told["client_id"], app.id);
    assert_eq!(told["scope"], "openid profile email offline_access");
    assert_eq!(told["exp"], server.now() + 30 * 86_400);
    // RFC 7662 §2.2: `token_type` is how the token is used at a resource; a refresh token is not.
    assert_eq!(told.get("token_type"), None);
}

/// What was taken from the client since is not told as granted, nor served.
#[tokio::test]
async fn a_token_is_good_for_what_its_client_still_may() {
    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    let (core, less) = (&server.site.core, Scope::parse("openid profile").unwrap());
    let members = ClientMembers { scope: Some(less), ..ClientMembers::default() };
    clients::update(core, &operator(), &app.id, Expected::Any, members).await.unwrap();
    for token in [&tokens.access_token, tokens.refresh()] {
        let told = expect_active(app.introspects(token)).await;
        assert_eq!(told["scope"], "openid profile");
    }
    let told = app.userinfo(&tokens.access_token).await.json();
    assert!(told["name"].is_string() && told["email"].is_null(), "{told}");
}

/// RFC 7662 §2.2: the hint is no more than a hint.
#[tokio::test]
async fn a_wrong_hint_misleads_nobody() {
    let (_server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    expect_active(app.introspects(&tokens.access_token).with("token_type_hint", "refresh_token")).await;
    expect_active(app.introspects(tokens.refresh()).with("token_type_hint", "access_token")).await;
    expect_active(app.introspects(tokens.refresh()).with("token_type_hint", "made_up")).await;
}

/// RFC 7662 §4: only those whom a token concerns learn about it.
#[tokio::test]
async fn a_token_concerns_its_client_and_its_audience() {
    let server = Server::start().await;
    let app = server.client().resource(API).create().await;
    let api = server.client().service("").resource_server(API).create().await;
    let other_api = server.client().service("").resource_server("https://other.example").create().await;
    let (other, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("resource", API)).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    expect_active(app.introspects(&tokens.access_token)).await;
    assert_eq!(expect_active(api.introspects(&tokens.access_token)).await["sub"], alice.id);
    expect_inactive(other_api.introspects(&tokens.access_token)).await;
    expect_inactive(other.introspects(&tokens.access_token)).await;

    expect_active(app.introspects(tokens.refresh())).await;
    expect_inactive(api.introspects(tokens.refresh())).await;
    expect_inactive(other.introspects(tokens.refresh())).await;
}

/// RFC 7662 §2.1: the caller MUST prove who it is, or anybody could try tokens out.
#[tokio::test]
async fn who_cannot_prove_who_it_is_learns_nothing() {
    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    let public = server.client().public().create().await;
    public.introspects(&tokens.access_token).await.expect_refusal("invalid_client");
    app.by(Auth::None).introspects(&tokens.access_token).await.expect_refusal("invalid_client");
    app.with_secret("wrong").introspects(&tokens.access_token).await.expect_refusal("invalid_client");
    let anybody = server.request(Method::POST, "/introspect").with("token", &tokens.access_token);
    anybody.await.expect_refusal("invalid_client");
    let bearer = server.request(Method::POST, "/introspect").with("token", &tokens.access_token);
    bearer.bearer(&tokens.access_token).await.expect_refusal("invalid_client");
}

/// RFC 7662 §2.1: a POST of a form with one token.
#[tokio::test]
async fn the_request_is_a_form_with_one_token() {
    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    let get = server.request(Method::GET, "/introspect").query("token", &tokens.access_token).await;
    assert_eq!((get.status, get.header("allow")), (405, Some("POST")));
    app.post("/introspect").await.expect_refusal("invalid_request");
    app.introspects("one").and("token", "two").await.expect_refusal("invalid_request");
    let in_query = app.post("/introspect").query("token", &tokens.access_token);
    in_query.await.expect_refusal("invalid_request");
}

/// RFC 7662 §2.2: what is no token of ours is not active; it is no error.
#[tokio::test]
async fn what_is_no_token_is_inactive() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let altered = tokens.access_token.replacen('.', ".e", 2);
    let no_signature = format!("{}.", tokens.access_token.rsplit_once('.').unwrap().0);
    for token in ["x", "a.b.c", &altered, &no_signature, tokens.id(), &code.value] {
        expect_inactive(app.introspects(token)).await;
    }
}

/// RFC 7519 §6, RFC 8725 §3.1: a token without a signature, or with one of its own choice, is none of ours.
#[tokio::test]
async fn a_forged_token_is_inactive() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    let claims = claims(&tokens.access_token);
    let kid = crate::harness::header(&tokens.access_token)["kid"].as_str().unwrap().to_owned();
    let body = tokens.access_token.split('.').nth(1).unwrap();
    let none = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"none","typ":"at+jwt","kid":"{kid}"}}"#));
    expect_inactive(app.introspects(&format!("{none}.{body}."))).await;

    let published = server.get("/jwks").await.json()["keys"][0]["n"].as_str().unwrap().to_owned();
    let mut head = Header::new(Algorithm::HS256);
    (head.typ, head.kid) = (Some("at+jwt".to_owned()), Some(kid));
    let with_public_key = encode(&head, &claims, &EncodingKey::from_secret(published.as_bytes())).unwrap();
    expect_inactive(app.introspects(&with_public_key)).await;
}

/// Looking at a token is not using it: nothing is extended, nothing is spent, nothing is revoked.
#[tokio::test]
async fn introspection_never_counts_as_use() {
    let (server, app, alice) = cast().await;
    let first = tokens(&app, &alice).await;
    let second = app.refreshes(first.refresh()).await.expect_tokens();
    server.advance(Seconds::minutes(1)).await;
    expect_inactive(app.introspects(first.refresh())).await;
    let end = expect_active(app.introspects(second.refresh())).await["exp"].as_i64().unwrap();
    server.advance(Seconds::days(29)).await;
    assert_eq!(expect_active(app.introspects(second.refresh())).await["exp"], end);
    server.advance(Seconds::days(1)).await;
    expect_inactive(app.introspects(second.refresh())).await;
}

/// RFC 7662 §2.2: a token that was revoked is not active.
#[tokio::test]
async fn a_revoked_token_is_inactive() {
    let (_server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    app.revokes(&tokens.access_token).await.expect_status(200);
    expect_inactive(app.introspects(&tokens.access_token)).await;
    expect_active(app.introspects(tokens.refresh())).await;
    app.revokes(tokens.refresh()).await.expect_status(200);
    expect_inactive(app.introspects(tokens.refresh())).await;
}

/// Liveness is looked up: what a token rests on may end before it does.
#[tokio::test]
async fn a_token_is_inactive_once_its_session_has_ended() {
    let (_server, app, alice) = cast().await;
    let code = alice.allows(alice.asked_by(&app).with("scope", "openid")).await;
    let bound = app.redeems(&code).await.expect_tokens();
    let offline = tokens(&app, &alice).await;
    expect_active(app.introspects(&bound.access_token)).await;
    alice.signs_out().await;
    expect_inactive(app.introspects(&bound.access_token)).await;
    expect_inactive(app.introspects(bound.refresh())).await;
    expect_active(app.introspects(&offline.access_token)).await;
}

#[tokio::test]
async fn a_token_is_inactive_while_its_user_is_suspended() {
    let (_server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    alice.is_suspended().await;
    expect_inactive(app.introspects(&tokens.access_token)).await;
    expect_inactive(app.introspects(tokens.refresh())).await;
}

#[tokio::test]
async fn a_token_is_inactive_once_the_consent_is_withdrawn() {
    let (_server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    alice.withdraws(&app).await;
    expect_inactive(app.introspects(&tokens.access_token)).await;
}

/// A resource server asks again: the client that the token was issued to is disabled meanwhile.
#[tokio::test]
async fn a_token_is_inactive_once_its_client_is_disabled() {
    let server = Server::start().await;
    let app = server.client().resource(API).create().await;
    let api = server.client().service("").resource_server(API).create().await;
    let alice = server.user("alice").await;
    let code = alice.allows(alice.asked_by(&app).with("resource", API)).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    expect_active(api.introspects(&tokens.access_token)).await;
    app.is_disabled().await;
    expect_inactive(api.introspects(&tokens.access_token)).await;
}

/// A missing row is inactive: whoever was deleted has no live token.
#[tokio::test]
async fn a_token_is_inactive_once_its_user_is_deleted() {
    let (server, app, alice) = cast().await;
    let tokens = tokens(&app, &alice).await;
    signet::services::admin::users::delete(&server.site.core, &operator(), &alice.id, Expected::Any).await.unwrap();
    expect_inactive(app.introspects(&tokens.access_token)).await;
    expect_inactive(app.introspects(tokens.refresh())).await;
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
}

/// RFC 9068 §4: the issuer MUST match exactly, whoever has the key. (All servers of this suite sign with one.)
#[tokio::test]
async fn a_token_of_another_issuer_is_inactive() {
    let (_server, app, alice) = cast().await;
    let foreign = tokens(&app, &alice).await;
    let (here, own, bob) = cast().await;
    let ours = tokens(&own, &bob).await;
    assert_eq!(crate::harness::header(&foreign.access_token)["kid"], crate::harness::header(&ours.access_token)["kid"]);
    let same_id = here.client().id(&app.id).create().await;
    expect_inactive(same_id.introspects(&foreign.access_token)).await;
    own.userinfo(&foreign.access_token).await.expect_refusal("invalid_token");
}

//! `/token` as an endpoint: what it takes, and how it refuses. RFC 6749 §3.2, §5.

use signet::protocol::token::GrantType;

use crate::harness::{Auth, FORM, Method, Server, cast};

/// RFC 6749 §3.2: the client MUST use POST. RFC 9110 §15.5.6: a 405 MUST say which methods there are.
#[tokio::test]
async fn only_post_asks_for_tokens() {
    let server = Server::start().await;
    for method in [Method::GET, Method::HEAD, Method::PUT, Method::DELETE] {
        let answer = server.request(method.clone(), "/token").await;
        answer.expect_status(405);
        assert!(answer.header("allow").unwrap().contains("POST"), "{method}");
    }
}

/// RFC 6749 §5.1: MUST include `Cache-Control: no-store`; the answer's members are JSON's top level.
#[tokio::test]
async fn tokens_are_json_that_no_cache_keeps() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let answer = app.redeems(&code).await;
    answer.expect_private_json();
    let tokens = answer.expect_tokens();
    assert_eq!(tokens.expires_in, 3600);
    assert_eq!(tokens.scope.as_deref(), Some("openid profile email offline_access"));
}

/// RFC 6749 §2.3.1: credentials MUST NOT be in the request URI. The same holds for codes and tokens.
#[tokio::test]
async fn secrets_in_the_query_are_refused() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let secret = app.secret.clone().unwrap();
    let in_query = app.by(Auth::None).redeems(&code).query("client_secret", &secret);
    in_query.await.expect_refusal("invalid_request");
    for name in ["code", "refresh_token", "code_verifier", "client_assertion"] {
        app.redeems(&code).query(name, "anything").await.expect_refusal("invalid_request");
    }
    app.redeems(&code).await.expect_tokens();
}

/// RFC 6749 §3.2: parameters come in the body; those in the query are not read.
#[tokio::test]
async fn the_query_is_not_read() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let moved = app.redeems(&code).without("grant_type").query("grant_type", "authorization_code");
    moved.await.expect_refusal("invalid_request");
}

/// RFC 6749 §3.2: parameters MUST NOT be included more than once.
#[tokio::test]
async fn a_parameter_given_twice_is_refused() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    for name in ["grant_type", "code", "redirect_uri", "code_verifier", "client_id", "made_up"] {
        let twice = app.redeems(&code).and(name, "one").and(name, "two");
        twice.await.expect_refusal("invalid_request");
    }
    app.redeems(&code).await.expect_tokens();
}

/// RFC 6749 §3.2: a parameter without a value counts as omitted, and an unknown one MUST be ignored.
#[tokio::test]
async fn empty_and_unknown_parameters_do_not_count() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    app.redeems(&code).without("code").and("code", "").await.expect_refusal("invalid_request");
    let odd = app.redeems(&code).with("scope", "").with("made_up", "value").with("audience", "x");
    odd.await.expect_tokens();
}

/// RFC 6749 §4.1.3, §5.2: `grant_type` and the members of each grant are REQUIRED.
#[tokio::test]
async fn what_is_missing_is_invalid_request() {
    let (_server, app, _alice) = cast().await;
    app.post("/token").await.expect_refusal("invalid_request");
    for grant in ["authorization_code", "refresh_token"] {
        app.post("/token").with("grant_type", grant).await.expect_refusal("invalid_request");
    }
}

/// RFC 6749 §5.2.
#[tokio::test]
async fn an_unknown_grant_type_is_unsupported() {
    let (_server, app, _alice) = cast().await;
    for grant in ["password", "implicit", "Authorization_Code", "urn:ietf:params:oauth:grant-type:device_code"] {
        app.post("/token").with("grant_type", grant).await.expect_refusal("unsupported_grant_type");
    }
}

/// RFC 6749 §5.2: `unauthorized_client`, and the code is not touched.
#[tokio::test]
async fn a_grant_that_the_client_is_not_registered_for_is_refused() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().grants(&[GrantType::AuthorizationCode]).create().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    assert_eq!(tokens.refresh_token, None);
    server.advance(crate::harness::Seconds(3599)).await;
    app.userinfo(&tokens.access_token).await.expect_status(200);
    app.refreshes("anything").await.expect_refusal("unauthorized_client");
    app.asks_for_itself().await.expect_refusal("unauthorized_client");

    let service = server.client().service("api:read").create().await;
    let code = alice.approves(&app).await;
    service.redeems(&code).await.expect_refusal("unauthorized_client");
    app.redeems(&code).await.expect_tokens();
}

/// RFC 6749 appendix B: UTF-8, percent-encoded; what would have to be guessed is refused.
#[tokio::test]
async fn a_body_that_cannot_be_read_is_refused() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    for spoilt in ["x=%ff", "x=%", "x=%zz", "x=%00", "%c0%af=x"] {
        let body = format!("{}&{spoilt}", app.redeems(&code).body());
        app.post("/token").raw(FORM, body).await.expect_refusal("invalid_request");
    }
    let raw_bytes = [app.redeems(&code).body().into_bytes(), b"&x=\xff\xfe".to_vec()].concat();
    app.post("/token").raw(FORM, raw_bytes).await.expect_refusal("invalid_request");
    let many = (0..65).fold(app.redeems(&code), |request, n| request.and(&format!("p{n}"), "x"));
    many.await.expect_refusal("invalid_request");
    app.redeems(&code).await.expect_tokens();
}

/// RFC 6749 §4.1.3: the format is `application/x-www-form-urlencoded`.
#[tokio::test]
async fn only_a_form_is_a_token_request() {
    let (_server, app, alice) = cast().await;
    let code = alice.approves(&app).await;
    let body = app.redeems(&code).body();
    for content_type in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
        app.post("/token").raw(content_type, body.clone()).await.expect_refusal("invalid_request");
    }
    app.post("/token").raw("Application/X-WWW-Form-Urlencoded; charset=UTF-8", body).await.expect_tokens();
}

/// Bodies are bounded: 64 KiB unless set.
#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let (_server, app, _alice) = cast().await;
    let answer = app.asks_for_itself().with("x", "x".repeat(70_000)).await;
    answer.expect_status(413).expect_private_json();
    assert_eq!(answer.json()["error"], "invalid_request");
}

/// Every answer names its request, for whoever looks into the log.
#[tokio::test]
async fn a_refusal_carries_its_request_id() {
    let (_server, app, _alice) = cast().await;
    let first = app.post("/token").await;
    let second = app.post("/token").await;
    let id = |answer: &crate::harness::Answer| answer.header("x-request-id").unwrap().to_owned();
    assert_eq!(id(&first).len(), 16);
    assert_ne!(id(&first), id(&second));
    assert_eq!(first.header("x-content-type-options"), Some("nosniff"));
}

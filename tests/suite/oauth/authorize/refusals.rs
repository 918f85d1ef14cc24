//! What the client is told at its redirect URI: error, `state` and `iss`. RFC 6749 §4.1.2.1, RFC 9207 §2.

use signet::protocol::token::GrantType;

use crate::harness::{Authorization, Server};

async fn is_told(request: Authorization, error: &str) {
    request.await.expect_error(error);
}

/// RFC 6749 §3.1: parameters must not be included more than once, however the second one is spelt.
#[tokio::test]
async fn a_parameter_given_twice_is_an_invalid_request() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for (name, value) in [
        ("response_type", "code"),
        ("scope", "openid"),
        ("nonce", "again"),
        ("code_challenge_method", "S256"),
        ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
    ] {
        is_told(app.authorize(&server.browser()).and(name, value), "invalid_request").await;
    }
    for (name, value) in [("prompt", "login"), ("max_age", "1"), ("response_mode", "query"), ("foo", "bar")] {
        is_told(app.authorize(&server.browser()).and(name, value).and(name, value), "invalid_request").await;
    }
}

/// Which of two states is the client's nobody knows: none goes back.
#[tokio::test]
async fn a_state_given_twice_does_not_come_back() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let asked = app.authorize(&server.browser()).and("state", "second").await;
    assert_eq!(asked.answer.parameter("error").as_deref(), Some("invalid_request"));
    assert_eq!(asked.answer.parameter("state"), None);
    assert_eq!(asked.answer.parameter("iss").as_deref(), Some(server.site.issuer.as_str()));
}

/// RFC 6749 §4.1.2.1: `state` only where the request had one.
#[tokio::test]
async fn an_answer_has_no_state_of_its_own() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    is_told(app.authorize(&server.browser()).without("state").with("prompt", "none"), "login_required").await;
    // RFC 6749 §3.1: without a value it counts as left out.
    let empty = app.authorize(&server.browser()).with("state", "").with("prompt", "none").await;
    assert_eq!(empty.answer.parameter("state"), None);
    alice.allows(alice.asked_by(&app).without("state")).await;
}

/// RFC 6749 §4.1.2: the exact value received from the client.
#[tokio::test]
async fn the_state_comes_back_exactly() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let state = "a b+c%20d&e=f#g?h/\"'<>;ä😀";
    is_told(app.authorize(&server.browser()).with("state", state).with("prompt", "none"), "login_required").await;
    alice.allows(alice.asked_by(&app).with("state", state)).await;
}

/// What comes back in a header cannot begin another one.
#[tokio::test]
async fn a_state_with_line_breaks_stays_in_its_header() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let state = "x\r\nSet-Cookie: signet=planted\r\n\r\n<script>alert(1)</script>";
    let asked = app.authorize(&server.browser()).with("state", state).with("prompt", "none").await;
    asked.expect_error("login_required");
    assert_eq!(asked.answer.header("set-cookie"), None);
    assert!(asked.answer.body.is_empty());
}

/// RFC 6749 §3.1.1, §4.1.2.1.
#[tokio::test]
async fn only_the_code_is_handed_out() {
    let server = Server::start().await;
    let app = server.client().create().await;
    is_told(app.authorize(&server.browser()).without("response_type"), "invalid_request").await;
    is_told(app.authorize(&server.browser()).with("response_type", ""), "invalid_request").await;
    for other in ["token", "id_token", "code id_token", "code token", "none", "CODE", "code "] {
        is_told(app.authorize(&server.browser()).with("response_type", other), "unsupported_response_type").await;
    }
}

/// RFC 6749 §4.1.2.1.
#[tokio::test]
async fn a_client_without_the_code_grant_is_unauthorized() {
    let server = Server::start().await;
    let service = server.client().grants(&[GrantType::ClientCredentials]).create().await;
    is_told(service.authorize(&server.browser()), "unauthorized_client").await;
}

/// OpenID Connect Core §6.1, §6.2, §7.2.1.
#[tokio::test]
async fn what_is_not_supported_has_an_error_of_its_own() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for (name, value, error) in [
        ("request", "eyJhbGciOiJub25lIn0.e30.", "request_not_supported"),
        ("request_uri", "https://evil.example/request.jwt", "request_uri_not_supported"),
        ("request_uri", "urn:ietf:params:oauth:request_uri:x", "request_uri_not_supported"),
        ("registration", "{}", "registration_not_supported"),
    ] {
        is_told(app.authorize(&server.browser()).with(name, value), error).await;
    }
}

/// OpenID Connect Core §3.1.2.1: what is not understood is ignored.
#[tokio::test]
async fn hints_for_the_page_and_unknown_parameters_are_ignored() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let mut request = alice.asked_by(&app);
    for (name, value) in [
        ("ui_locales", "fr-CA fr en"),
        ("display", "popup"),
        ("claims_locales", "de"),
        ("acr_values", "urn:example:unheard-of urn:signet:acr:password"),
        ("foo", "bar"),
        ("audience", "https://api.example"),
        ("dpop_jkt", "x"),
    ] {
        request = request.with(name, value);
    }
    let code = alice.allows(request).await;
    app.redeems(&code).await.expect_tokens();
}

/// What must come back, or be carried in the code, is bounded.
#[tokio::test]
async fn what_is_too_long_to_carry_is_an_invalid_request() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for (name, most) in [("state", 2048), ("nonce", 512), ("login_hint", 256)] {
        is_told(app.authorize(&server.browser()).with(name, &"x".repeat(most + 1)), "invalid_request").await;
        app.authorize(&server.browser()).with(name, &"x".repeat(most)).await.expect_page(200);
    }
    let long = "x".repeat(8193);
    is_told(app.authorize(&server.browser()).with("id_token_hint", &long), "invalid_request").await;
}

/// RFC 6749 §4.1.2.1: the description is printable ASCII without `"` and `\`, and holds nothing that was sent.
#[tokio::test]
async fn a_description_repeats_nothing_that_was_sent() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for (name, value) in [("prompt", "<b>\"x\\ü"), ("scope", "\"x\" y\\z"), ("claims", "{\"<b>\":"), ("max_age", "<b>")]
    {
        let asked = app.authorize(&server.browser()).with(name, value).await;
        let described = asked.answer.parameter("error_description").expect("a description");
        assert!(described.chars().all(|c| matches!(c, ' '..='~') && c != '"' && c != '\\'), "{described}");
        assert!(!described.contains("<b>"), "{described}");
    }
}

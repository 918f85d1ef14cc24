//! `/userinfo`. OpenID Connect Core §5.3, RFC 6750.

use serde_json::{Value, json};
use signet::domain::user::{Address, Profile};

use crate::harness::{Method, Server, TestClient, TestUser, cast};

/// The userinfo of a request with this scope.
async fn told(app: &TestClient, user: &TestUser, scope: &str) -> Value {
    let code = user.allows(user.asked_by(app).with("scope", scope)).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let answer = app.userinfo(&tokens.access_token).await;
    answer.expect_status(200).expect_private_json();
    answer.json()
}

/// A user about whom everything is known.
async fn known_user(server: &Server) -> TestUser {
    let text = |text: &str| Some(text.to_owned());
    let profile = Profile {
        name: text("Alice Liddell"),
        given_name: text("Alice"),
        family_name: text("Liddell"),
        picture: text("https://img.example/alice.png"),
        locale: text("en-GB"),
        zoneinfo: text("Europe/London"),
        phone_number: text("+44 20 7946 0000"),
        phone_number_verified: true,
        address: Some(Address { locality: text("Oxford"), country: text("GB"), ..Address::default() }),
    };
    TestUser::with_profile(server.site.clone(), "alice", profile).await
}

/// OpenID Connect Core §5.3: GET and POST; RFC 6750 §2.1 header, §2.2 body.
#[tokio::test]
async fn the_token_comes_in_the_header_or_in_the_body() {
    let (server, app, alice) = cast().await;
    let token = app.redeems(&alice.approves(&app).await).await.expect_tokens().access_token;
    let get = app.userinfo(&token).await;
    let post = server.request(Method::POST, "/userinfo").bearer(&token).await;
    let body = server.request(Method::POST, "/userinfo").with("access_token", &token).await;
    let any_case = server.request(Method::GET, "/userinfo").header("authorization", &format!("bearer {token}")).await;
    server.request(Method::HEAD, "/userinfo").bearer(&token).await.expect_status(200);
    for answer in [get, post, body, any_case] {
        answer.expect_status(200).expect_private_json();
        assert_eq!(answer.json()["sub"], alice.id);
    }
}

/// RFC 6750 §2: MUST NOT use more than one method; §2.3: the query is no place for a token.
#[tokio::test]
async fn a_token_in_two_ways_or_in_the_query_is_refused() {
    let (server, app, alice) = cast().await;
    let token = app.redeems(&alice.approves(&app).await).await.expect_tokens().access_token;
    let both = server.request(Method::POST, "/userinfo").bearer(&token).with("access_token", &token);
    let twice = server.request(Method::POST, "/userinfo").and("access_token", &token).and("access_token", &token);
    let query = server.request(Method::GET, "/userinfo").query("access_token", &token);
    let headers = app.userinfo(&token).and_header("authorization", &format!("Bearer {token}"));
    for request in [both, twice, query, headers] {
        let answer = request.await;
        answer.expect_refusal("invalid_request");
        assert!(answer.header("www-authenticate").unwrap().contains(r#"error="invalid_request""#));
    }
}

/// RFC 6750 §3.1: a request without authentication is not told an error.
#[tokio::test]
async fn without_a_token_there_is_a_challenge_and_no_error() {
    let server = Server::start().await;
    let plain = server.get("/userinfo").await;
    let other_scheme = server.request(Method::GET, "/userinfo").header("authorization", "Basic YTpi").await;
    for answer in [plain, other_scheme] {
        answer.expect_status(401);
        assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer realm="signet""#));
        assert_eq!(answer.text(), "");
    }
}

/// RFC 6750 §3: the challenge names the error.
#[tokio::test]
async fn a_token_that_is_no_good_is_invalid_token() {
    let (_server, app, alice) = cast().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    for token in ["x", "a.b.c", tokens.id(), tokens.refresh()] {
        let answer = app.userinfo(token).await;
        answer.expect_refusal("invalid_token");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer ") && challenge.contains(r#"error="invalid_token""#), "{challenge}");
    }
}

/// RFC 9068 §4: a token for somebody else is not for us.
#[tokio::test]
async fn a_token_for_another_audience_is_refused() {
    let server = Server::start().await;
    let app = server.client().resource("https://api.example").scope("openid api:read").create().await;
    let alice = server.user("alice").await;
    let request = alice.asked_by(&app).with("scope", "api:read").with("resource", "https://api.example");
    let tokens = app.redeems(&alice.allows(request).await).await.expect_tokens();
    app.userinfo(&tokens.access_token).await.expect_refusal("invalid_token");
}

/// RFC 6750 §3.1: `insufficient_scope`, 403, and the scope that is missing.
#[tokio::test]
async fn a_token_without_openid_has_insufficient_scope() {
    let server = Server::start().await;
    let app = server.client().scope("openid api:read").create().await;
    let alice = server.user("alice").await;
    let code = alice.allows(alice.asked_by(&app).with("scope", "api:read")).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let answer = app.userinfo(&tokens.access_token).await;
    answer.expect_refusal("insufficient_scope");
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(challenge.contains(r#"error="insufficient_scope""#) && challenge.contains(r#"scope="openid""#));

    let service = server.client().service("api:read").create().await;
    let own = service.asks_for_itself().await.expect_tokens();
    service.userinfo(&own.access_token).await.expect_refusal("insufficient_scope");
}

/// OpenID Connect Core §5.3.2: `sub` always; §5.4: each scope brings its claims and no others.
#[tokio::test]
async fn each_scope_brings_its_claims() {
    let server = Server::start().await;
    let app = server.client().scope("openid profile email address phone").create().await;
    let alice = known_user(&server).await;
    let sub = alice.id.as_str();
    assert_eq!(told(&app, &alice, "openid").await, json!({ "sub": sub }));
    assert_eq!(
        told(&app, &alice, "openid email").await,
        json!({ "sub": sub, "email": "alice@example.com", "email_verified": true })
    );
    assert_eq!(
        told(&app, &alice, "openid phone").await,
        json!({ "sub": sub, "phone_number": "+44 20 7946 0000", "phone_number_verified": true })
    );
    assert_eq!(
        told(&app, &alice, "openid address").await,
        json!({ "sub": sub, "address": { "locality": "Oxford", "country": "GB" } })
    );
    let profile = json!({
        "sub": sub, "name": "Alice Liddell", "given_name": "Alice", "family_name": "Liddell",
        "preferred_username": "alice", "picture": "https://img.example/alice.png", "locale": "en-GB",
        "zoneinfo": "Europe/London", "updated_at": server.now(),
    });
    assert_eq!(told(&app, &alice, "openid profile").await, profile);
}

/// OpenID Connect Core §5.3.2: a claim that is not there is left out, never null.
#[tokio::test]
async fn what_is_not_known_is_left_out() {
    let server = Server::start().await;
    let app = server.client().scope("openid profile email address phone").create().await;
    let alice = server.user("alice").await;
    let told = told(&app, &alice, "openid profile email address phone").await;
    let names: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["email", "email_verified", "name", "preferred_username", "sub", "updated_at"]);
}

/// OpenID Connect Core §5.5: the `claims` parameter asks for single ones; those for the ID token stay there.
#[tokio::test]
async fn single_claims_are_told_when_asked_for() {
    let server = Server::start().await;
    let app = server.client().scope("openid").create().await;
    let alice = known_user(&server).await;
    let wanted = r#"{"userinfo": {"given_name": {"essential": true}, "phone_number": null, "made_up": null},
                     "id_token": {"email": null}}"#;
    let code = alice.allows(alice.asked_by(&app).with("claims", wanted)).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    let answer = app.userinfo(&tokens.access_token).await.json();
    assert_eq!(answer, json!({ "sub": alice.id, "given_name": "Alice", "phone_number": "+44 20 7946 0000" }));

    let code = alice.approves(&app).await;
    let tokens = app.redeems(&code).await.expect_tokens();
    assert_eq!(app.userinfo(&tokens.access_token).await.json(), json!({ "sub": alice.id }));
}

/// A narrowed refresh tells less: the scopes of the token that is shown count.
#[tokio::test]
async fn the_tokens_own_scope_counts() {
    let (_server, app, alice) = cast().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let narrow = app.refreshes(tokens.refresh()).with("scope", "openid").await.expect_tokens();
    assert_eq!(app.userinfo(&narrow.access_token).await.json(), json!({ "sub": alice.id }));
}

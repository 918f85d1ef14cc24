//! The `claims` parameter: single claims, at userinfo or in the ID token. OpenID Connect Core §5.5.

use serde_json::json;

use crate::harness::{Server, claims};

/// OpenID Connect Core §5.5: each claim is told where it was asked for.
#[tokio::test]
async fn a_claim_is_told_where_it_was_asked_for() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let wanted =
        json!({"userinfo": {"email": {"essential": true}}, "id_token": {"name": null, "preferred_username": null}});
    let request = alice.asked_by(&app).with("scope", "openid").with("claims", &wanted.to_string());
    let tokens = app.redeems(&alice.allows(request).await).await.expect_tokens();

    let id = claims(tokens.id());
    assert_eq!((id["name"].as_str(), id["preferred_username"].as_str()), (Some("alice Example"), Some("alice")));
    assert_eq!(id.get("email"), None);
    let userinfo = app.userinfo(&tokens.access_token).await.json();
    assert_eq!(userinfo, json!({"sub": alice.id, "email": "alice@example.com"}));
}

/// OpenID Connect Core §5.4: with a code, what a scope releases is told at userinfo only.
#[tokio::test]
async fn the_claims_of_a_scope_are_not_in_the_id_token() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let id = claims(tokens.id());
    for absent in ["name", "email", "preferred_username", "email_verified"] {
        assert_eq!(id.get(absent), None, "{absent}");
    }
    assert_eq!(app.userinfo(&tokens.access_token).await.json()["email"], "alice@example.com");
}

/// OpenID Connect Core §5.5: what we do not have is left out, essential or not.
#[tokio::test]
async fn claims_that_we_do_not_have_are_left_out() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let wanted = json!({
        "userinfo": {"shoe_size": {"essential": true}, "picture": null},
        "id_token": {"birthdate": null, "https://example.com/groups": {"essential": true}},
        "unheard_of": {"x": null},
    });
    let request = alice.asked_by(&app).with("scope", "openid").with("claims", &wanted.to_string());
    let tokens = app.redeems(&alice.allows(request).await).await.expect_tokens();
    assert_eq!(claims(tokens.id()).get("birthdate"), None);
    assert_eq!(app.userinfo(&tokens.access_token).await.json(), json!({"sub": alice.id}));
}

/// A claim cannot put itself in the place of one that the server makes.
#[tokio::test]
async fn no_claim_takes_the_place_of_ours() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let wanted = json!({"id_token": {"iss": {"value": "https://evil.example"}, "aud": {"value": "other"},
        "exp": {"value": 1}, "acr": {"value": "urn:example:gold"}, "auth_time": {"value": 1}}});
    let request = alice.asked_by(&app).with("claims", &wanted.to_string());
    let id = claims(app.redeems(&alice.allows(request).await).await.expect_tokens().id());
    assert_eq!(id["iss"], server.site.issuer.as_str());
    assert_eq!(id["aud"], app.id.as_str());
    assert_eq!(id["acr"], "urn:signet:acr:password");
    assert_eq!(id["auth_time"].as_i64(), Some(server.now()));
}

#[tokio::test]
async fn claims_that_cannot_be_read_are_an_invalid_request() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let deep = format!("{}1{}", "[".repeat(2000), "]".repeat(2000));
    let long = json!({"userinfo": {"x": "y".repeat(4096)}}).to_string();
    for wrong in
        ["{", "[]", "null", "\"email\"", r#"{"userinfo":["email"]}"#, r#"{"id_token":{"email":1}}"#, &deep, &long]
    {
        app.authorize(&server.browser()).with("claims", wrong).await.expect_error("invalid_request");
    }
}

/// The user is asked for a claim as for a scope, and again only for what is new.
#[tokio::test]
async fn a_claim_needs_consent() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let with =
        |wanted: serde_json::Value| alice.asked_by(&app).with("scope", "openid").with("claims", &wanted.to_string());
    alice.allows(with(json!({"userinfo": {"email": null}}))).await;
    with(json!({"id_token": {"email": null}})).await.expect_code();
    with(json!({"userinfo": {"name": null}})).with("prompt", "none").await.expect_error("consent_required");
    let asked = with(json!({"userinfo": {"name": null, "email": null}})).await;
    let page = asked.expect_page(200).text();
    assert!(page.contains("See your full name <span class=\"tag\">new</span>"), "{page}");
    let answer = alice.browser.submit(&[("decision", "allow")]).await;
    asked.code(&answer);
    with(json!({"userinfo": {"name": null, "email": null}})).await.expect_code();
}

//! A client that acts for itself. RFC 6749 §4.4.

use crate::harness::{Server, TestClient, claims};

async fn service(server: &Server) -> TestClient {
    server.client().service("api:read api:write").resource("https://api.example").create().await
}

/// RFC 6749 §4.4.3: a refresh token SHOULD NOT be included; without a user there is no ID token either.
#[tokio::test]
async fn a_service_gets_an_access_token_and_nothing_else() {
    let server = Server::start().await;
    let service = service(&server).await;
    let tokens = service.asks_for_itself().await.expect_tokens();
    let members: Vec<_> = tokens.json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["access_token", "expires_in", "scope", "token_type"]);
    assert_eq!(tokens.scope.as_deref(), Some("api:read api:write"));
}

/// RFC 9068 §2.2: `sub` is the client where no user is involved; §2.2.1: nothing is said of an authentication.
#[tokio::test]
async fn the_subject_is_the_client() {
    let server = Server::start().await;
    let service = service(&server).await;
    let token = claims(&service.asks_for_itself().await.expect_tokens().access_token);
    assert_eq!(token["sub"], service.id);
    assert_eq!(token["client_id"], service.id);
    assert_eq!(token["aud"], server.site.issuer);
    let members: Vec<_> = token.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members, ["aud", "client_id", "exp", "iat", "iss", "jti", "scope", "sub"]);
}

/// RFC 6749 §3.3: a narrower scope is answered as such, a wider one is refused.
#[tokio::test]
async fn the_scope_lies_within_the_registration() {
    let server = Server::start().await;
    let service = service(&server).await;
    let tokens = service.asks_for_itself().with("scope", "api:write").await.expect_tokens();
    assert_eq!(tokens.scope.as_deref(), Some("api:write"));
    assert_eq!(claims(&tokens.access_token)["scope"], "api:write");
    for scope in ["api:admin", "api:read api:admin", "openid", "offline_access", "a\"b", "API:READ"] {
        service.asks_for_itself().with("scope", scope).await.expect_refusal("invalid_scope");
    }
}

/// RFC 8707 §2.
#[tokio::test]
async fn a_service_names_the_resource_that_the_token_is_for() {
    let server = Server::start().await;
    let service = service(&server).await;
    let tokens = service.asks_for_itself().with("resource", "https://api.example").await.expect_tokens();
    assert_eq!(claims(&tokens.access_token)["aud"], "https://api.example");
    for resource in ["https://other.example", "not a uri", "https://api.example/#part", "https://api.example/"] {
        service.asks_for_itself().with("resource", resource).await.expect_refusal("invalid_target");
    }
}

/// Nothing is stored for such a token, and still it ends with its client and when it is revoked.
#[tokio::test]
async fn a_services_token_is_good_while_the_client_is() {
    let server = Server::start().await;
    let service = service(&server).await;
    let api = server.client().service("api:read").resource_server("https://api.example").create().await;
    let request = || service.asks_for_itself().with("resource", "https://api.example");
    let (kept, revoked) = (request().await.expect_tokens(), request().await.expect_tokens());
    let answer = api.introspects(&kept.access_token).await.json();
    assert_eq!((answer["active"].as_bool(), answer["sub"].as_str()), (Some(true), Some(service.id.as_str())));
    assert_eq!(answer.get("username"), None);

    service.revokes(&revoked.access_token).await.expect_status(200);
    assert_eq!(api.introspects(&revoked.access_token).await.text(), r#"{"active":false}"#);
    assert_eq!(api.introspects(&kept.access_token).await.json()["active"], true);
    service.is_disabled().await;
    assert_eq!(api.introspects(&kept.access_token).await.text(), r#"{"active":false}"#);
}

//! How the user is to sign in: wished for, or a condition. OpenID Connect Core §5.5.1.1.

use serde_json::json;

use crate::harness::{Authorization, Server, TestClient, claims};

const PASSWORD: &str = "urn:signet:acr:password";

fn asking(server: &Server, app: &TestClient, acr: &serde_json::Value) -> Authorization {
    app.authorize(&server.browser()).with("claims", &json!({"id_token": {"acr": acr}}).to_string())
}

/// OpenID Connect Unmet Authentication Requirements §2.
#[tokio::test]
async fn an_essential_acr_that_nobody_reaches_is_unmet() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for acr in [
        json!({"essential": true, "value": "urn:example:hardware"}),
        json!({"essential": true, "values": ["urn:example:hardware", "urn:example:gold"]}),
    ] {
        asking(&server, &app, &acr).await.expect_error("unmet_authentication_requirements");
    }
}

#[tokio::test]
async fn an_acr_that_is_reached_or_only_wished_for_goes_on() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for acr in [
        json!(null),
        json!({"essential": true}),
        json!({"value": "urn:example:hardware"}),
        json!({"essential": false, "values": ["urn:example:hardware"]}),
        json!({"essential": true, "value": PASSWORD}),
        json!({"essential": true, "values": ["urn:example:hardware", PASSWORD]}),
    ] {
        asking(&server, &app, &acr).await.expect_page(200);
    }
}

/// OpenID Connect Core §3.1.2.1: `acr_values` is a voluntary request; the token says what was reached.
#[tokio::test]
async fn acr_values_are_a_wish() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("acr_values", "urn:example:hardware")).await;
    let id = claims(app.redeems(&code).await.expect_tokens().id());
    assert_eq!(id["acr"], PASSWORD);
    assert_eq!(id["amr"], json!(["pwd"]));
}

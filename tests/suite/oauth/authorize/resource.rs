//! Which API the tokens are for. RFC 8707 §2.

use crate::harness::{Server, claims};

const API: &str = "https://api.example";
const OTHER: &str = "https://other.example/v1";

/// RFC 8707 §2.2: the audience is what was asked for.
#[tokio::test]
async fn a_resource_becomes_the_audience() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().scope("read:projects").resource(API).resource(OTHER).create().await;
    let code = alice.allows(alice.asked_by(&app).with("resource", API)).await;
    assert_eq!(claims(&app.redeems(&code).await.expect_tokens().access_token)["aud"], API);
}

/// RFC 8707 §2: the only parameter that may be given more than once.
#[tokio::test]
async fn several_resources_may_be_named() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().scope("read:projects").resource(API).resource(OTHER).create().await;
    let request = alice.asked_by(&app).and("resource", API).and("resource", OTHER).and("resource", API);
    let code = alice.allows(request).await;
    assert_eq!(claims(&app.redeems(&code).await.expect_tokens().access_token)["aud"], serde_json::json!([API, OTHER]));
}

/// RFC 8707 §2: `invalid_target`.
#[tokio::test]
async fn a_resource_that_is_unknown_or_not_the_clients_is_an_invalid_target() {
    let server = Server::start().await;
    server.client().resource(OTHER).create().await;
    let app = server.client().resource(API).create().await;
    for wrong in [
        OTHER,
        "https://unknown.example",
        "https://api.example/",
        "https://API.example",
        "https://api.example#f",
        "api.example",
        "/api",
    ] {
        let request = app.authorize(&server.browser());
        request.clone().with("resource", wrong).await.expect_error("invalid_target");
        request.and("resource", API).and("resource", wrong).await.expect_error("invalid_target");
    }
}

/// RFC 8707 §2.2: `/token` may narrow what was granted, and never widens it.
#[tokio::test]
async fn a_code_is_good_for_the_resources_that_were_asked_for() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let app = server.client().scope("read:projects").resource(API).resource(OTHER).create().await;
    let both = alice.asked_by(&app).and("resource", API).and("resource", OTHER);
    let code = alice.allows(both).await;
    let tokens = app.redeems(&code).with("resource", OTHER).await.expect_tokens();
    assert_eq!(claims(&tokens.access_token)["aud"], OTHER);

    let code = alice.allows(alice.asked_by(&app).with("resource", API)).await;
    app.redeems(&code).with("resource", OTHER).await.expect_refusal("invalid_target");
}

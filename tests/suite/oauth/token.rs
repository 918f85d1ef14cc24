//! `/token`. RFC 6749 §3.2.

use crate::harness::Server;

/// RFC 6749 §4.1.2: the code MUST NOT be used more than once.
#[tokio::test]
async fn a_code_works_once() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.approves(&app).await;

    app.redeems(&code).await.expect_tokens();
    app.redeems(&code).await.expect_refusal("invalid_grant");
}

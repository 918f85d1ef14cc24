//! `/healthz`, `/readyz`, and addresses that are not there.

use serde_json::json;

use crate::harness::{Method, Seconds, Server};

#[tokio::test]
async fn a_running_server_is_alive_and_ready() {
    let server = Server::start().await;
    let alive = server.get("/healthz").await;
    alive.expect_status(200).expect_private_json();
    let ready = server.get("/readyz").await;
    ready.expect_status(200).expect_private_json();
    assert_eq!(ready.json(), json!({ "database": true, "migrations": true, "keys": true }));
    for path in ["/healthz", "/readyz"] {
        let head = server.request(Method::HEAD, path).await;
        assert_eq!((head.status, head.text()), (200, ""));
        server.request(Method::POST, path).await.expect_status(405);
    }
}

/// A server that cannot sign is alive, and should be sent nothing.
#[tokio::test]
async fn a_server_with_a_stale_keyring_is_not_ready() {
    let server = Server::start().await;
    server.site.core.clock.advance(Seconds(server.site.core.settings.publish_ahead().0 + 1));
    server.get("/healthz").await.expect_status(200);
    let ready = server.get("/readyz").await;
    ready.expect_status(503);
    assert_eq!(ready.json()["keys"], false);
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let server = Server::start().await;
    for path in ["/nowhere", "/token/", "/Token", "/.well-known/nothing", "/assets/nothing.css", "/authorize/else"] {
        let answer = server.get(path).await;
        answer.expect_status(404);
        assert!(answer.header("content-security-policy").unwrap().contains("frame-ancestors 'none'"), "{path}");
    }
}

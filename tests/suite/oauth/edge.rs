//! What every answer has, whatever it answers.

use signet::config::Issuer;

use crate::harness::{Method, Server};

/// RFC 6797 §7: strict transport security where the world comes by https; every answer is what it says it is.
#[tokio::test]
async fn every_answer_is_protected() {
    let server = Server::with(|settings| settings.issuer = Issuer::parse("https://login.example").unwrap()).await;
    for path in ["/", "/jwks", "/token", "/authorize", "/nowhere", "/healthz", "/userinfo"] {
        let answer = server.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(answer.header("strict-transport-security"), Some("max-age=31536000"), "{path}");
        assert!(answer.header("x-request-id").is_some(), "{path}");
        assert_eq!(answer.header("server"), None, "{path}");
    }
    let plain = Server::start().await.get("/").await;
    assert_eq!(plain.header("strict-transport-security"), None);
}

/// The cookies of an https issuer: no other host and no plain connection can set or see them.
#[tokio::test]
async fn cookies_belong_to_this_host_alone() {
    let server = Server::with(|settings| settings.issuer = Issuer::parse("https://login.example").unwrap()).await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    assert!(alice.browser.cookie("__Host-signet").is_some());
    let lines = alice.browser.set_cookie_lines();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        assert!(line.starts_with("__Host-"), "{line}");
        for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(line.contains(attribute), "{line}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
}

/// The issuer is what is configured: no header of a request moves it (ZITADEL GHSA-2wmj-46rj-qm2w).
#[tokio::test]
async fn a_forged_host_moves_nothing() {
    let server = Server::start().await;
    let request = server.request(Method::GET, "/.well-known/openid-configuration").header("host", "evil.example");
    let forged =
        request.header("x-forwarded-host", "evil.example").header("forwarded", "host=evil.example;proto=https");
    let document = forged.header("x-forwarded-proto", "https").await;
    document.expect_status(200);
    assert!(!document.text().contains("evil.example"));
}

/// A connection that sends its body for ever would cost nothing to hold, and the server one of its few.
#[tokio::test]
async fn a_body_that_does_not_come_is_not_waited_for() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = Server::start().await;
    let address = server.site.base.strip_prefix("http://").unwrap().to_owned();
    let mut connection = tokio::net::TcpStream::connect(&address).await.unwrap();
    let head = format!(
        "POST /token HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\n\r\na"
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    let read = tokio::time::timeout(std::time::Duration::from_mins(1), connection.read_exact(&mut answer));
    read.await.expect("waited a minute").unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
}

//! The error page: calm, in the RFC's words, and named like the log's line. Design §7.

use reqwest::Method;
use signet::config::Issuer;

use crate::harness::{Answer, Server};

/// What the page calls the request.
fn named(page: &Answer) -> String {
    let (_, after) = page.text().split_once("<dt>Request</dt><dd><code>").expect("a request id");
    after.split('<').next().unwrap().to_owned()
}

async fn samples(server: &Server) -> Vec<(u16, Answer)> {
    let app = server.client().create().await;
    let foreign = server.request(Method::POST, "/login").header("origin", "https://evil.example").with("x", "y");
    let long = server.request(Method::POST, "/authorize").raw("application/x-www-form-urlencoded", vec![b'a'; 70_000]);
    vec![
        (400, server.get("/authorize").await),
        (400, server.get("/authorize?client_id=%zz").await),
        (400, app.authorize(&server.browser()).with("redirect_uri", "https://evil.example").await.answer),
        (400, server.get("/logout?id_token_hint=x").await),
        (400, server.get("/authorize/resume?interaction=x").await),
        (403, foreign.await),
        (404, server.get("/nothing/here").await),
        (404, server.get("/assets/nothing.css").await),
        (413, long.await),
    ]
}

/// Issue §6: the request id that the answer carries is the one on the page.
#[tokio::test]
async fn an_error_page_has_a_4xx_status_and_the_name_of_its_request() {
    let server = Server::start().await;
    let mut seen = std::collections::BTreeSet::new();
    for (status, page) in samples(&server).await {
        page.expect_status(status);
        assert_eq!(page.location(), None);
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
        let name = named(&page);
        assert_eq!(page.header("x-request-id"), Some(name.as_str()));
        assert!(seen.insert(name), "each request has a name of its own");
    }
}

/// A stranger cannot choose the name under which the log keeps a request.
#[tokio::test]
async fn a_request_id_from_outside_counts_for_nothing() {
    let server = Server::start().await;
    let answer = server.request(Method::GET, "/nothing").header("x-request-id", "mine").await;
    assert_ne!(answer.header("x-request-id"), Some("mine"));
}

/// An error page leads nowhere and asks for nothing.
#[tokio::test]
async fn an_error_page_has_no_form_and_no_link() {
    let server = Server::start().await;
    for (_, page) in samples(&server).await {
        let html = page.text();
        assert!(!html.contains("<form") && !html.contains("<a "), "{html}");
        assert!(!html.contains("evil.example"), "what was sent is not repeated: {html}");
    }
}

#[tokio::test]
async fn an_error_page_says_what_the_client_should_change() {
    let server = Server::start().await;
    let page = server.get("/authorize?client_id=nobody").await;
    assert!(page.text().contains("<code>invalid_request</code>"));
    assert!(page.text().contains("this client is not known here"));
}

/// Markup in an address or a parameter stays out of the page.
#[tokio::test]
async fn what_was_sent_does_not_become_markup() {
    let server = Server::start().await;
    let evil = "%3Cscript%3Ealert(1)%3C/script%3E";
    for path in [
        format!("/{evil}"),
        format!("/authorize?client_id={evil}"),
        format!("/authorize?client_id=x&{evil}={evil}"),
        format!("/logout?id_token_hint={evil}"),
        format!("/logout?post_logout_redirect_uri={evil}"),
        format!("/authorize/resume?interaction={evil}"),
        format!("/assets/{evil}"),
    ] {
        let page = server.get(&path).await;
        assert!((400..500).contains(&page.status), "{path}");
        assert!(!page.text().contains("<script"), "{path}: {}", page.text());
    }
}

/// authentik CVE-2026-55106: what is for development is not there in production.
#[tokio::test]
async fn a_production_server_has_no_playground_and_no_debug_pages() {
    let server = Server::start().await;
    for path in ["/playground", "/playground/", "/metrics", "/debug", "/admin/", "/.env", "/keys/sealing.key"] {
        server.get(path).await.expect_status(404);
    }
    assert!(!server.get("/").await.text().contains("playground"));
}

/// ZITADEL GHSA-2wmj-46rj-qm2w: addresses come from the configuration, whatever the Host header says.
#[tokio::test]
async fn no_address_of_ours_comes_from_the_host_header() {
    let server = Server::with(|settings| settings.issuer = Issuer::parse("https://id.example").unwrap()).await;
    let app = server.client().create().await;
    let login = app.authorize(&server.browser()).address();
    for path in [
        "/.well-known/openid-configuration",
        "/.well-known/oauth-authorization-server",
        "/",
        "/nothing",
        "/authorize?client_id=x",
        login.as_str(),
    ] {
        let request = server.request(Method::GET, path).header("host", "evil.example");
        let request = request.header("x-forwarded-host", "evil.example").header("x-forwarded-proto", "http");
        let answer = request.header("forwarded", "host=evil.example;proto=http").await;
        assert!(!answer.text().contains("evil.example"), "{path}: {}", answer.text());
        assert!(format!("{:?}", answer.headers).find("evil.example").is_none(), "{path}: {:?}", answer.headers);
        assert!(answer.text().contains("id.example"), "{path}: {}", answer.text());
    }
    let posted = server.request(Method::POST, "/authorize").header("host", "evil.example").with("client_id", "x").await;
    assert_eq!(posted.header("location"), Some("/authorize?client_id=x"));
    let told = app.authorize(&server.browser()).with("prompt", "none").address();
    let told = server.request(Method::GET, &told).header("host", "evil.example").await;
    assert_eq!(told.parameter("iss").as_deref(), Some("https://id.example"));
}

/// An issuer with a path: every address of a page stays below it.
#[tokio::test]
async fn below_a_path_every_address_stays_below_it() {
    let server = Server::at_path("/auth").await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let asked = alice.asked_by(&app).await;
    for piece in asked.answer.text().split("=\"/").skip(1) {
        assert!(piece.starts_with("auth/"), "{}", piece.split('"').next().unwrap());
    }
    let answer = alice.answers_pages(&asked).await;
    app.redeems(&asked.code(&answer)).await.expect_tokens();
    server.request(Method::GET, &format!("{}/authorize", server.site.origin())).await.expect_status(404);
    assert_eq!(asked.answer.url.path(), "/auth/authorize");
}

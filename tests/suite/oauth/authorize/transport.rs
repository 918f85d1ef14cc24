//! How a request may arrive: GET, POST, HEAD; and what cannot be read. RFC 6749 §3.1.

use reqwest::Method;

use crate::harness::{Answer, Server, TestClient};

async fn posted(server: &Server, body: String) -> Answer {
    server.request(Method::POST, "/authorize").raw("application/x-www-form-urlencoded", body).await
}

async fn is_our_page(server: &Server, query: &str) {
    let answer = server.get(&format!("/authorize?{query}")).await;
    answer.expect_status(400);
    assert_eq!(answer.location(), None);
    assert!(answer.header("content-type").unwrap().starts_with("text/html"));
}

fn with_raw(app: &TestClient, server: &Server, extra: &str) -> String {
    format!("{}&{extra}", app.authorize(&server.browser()).query())
}

/// OpenID Connect Core §3.1.2.1: POST works as GET does. It comes without our Lax cookies, so it goes on by 303.
#[tokio::test]
async fn a_posted_request_goes_on_by_get() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let request = alice.asked_by(&app).with("state", "a b&c=d").and("resource", "");
    let answer = server
        .request(Method::POST, "/authorize")
        .header("origin", "https://app.example")
        .header("sec-fetch-site", "cross-site")
        .raw("application/x-www-form-urlencoded", request.query())
        .await;
    answer.expect_status(303);
    let next = answer.location().unwrap();
    assert!(next.as_str().starts_with(&format!("{}/authorize?", server.site.issuer)), "{next}");
    let arrived = alice.browser.get(next.as_str()).await;
    assert!(arrived.parameter("code").is_some(), "{arrived:?}");
    assert_eq!(arrived.parameter("state").as_deref(), Some("a b&c=d"));
}

/// RFC 6749 §3.1: what was given twice in a body is not made one.
#[tokio::test]
async fn a_posted_parameter_given_twice_stays_given_twice() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let answer = posted(&server, with_raw(&app, &server, "scope=openid")).await;
    let arrived = server.browser().get(answer.location().unwrap().as_str()).await;
    assert_eq!(arrived.parameter("error").as_deref(), Some("invalid_request"));
}

#[tokio::test]
async fn a_posted_body_that_cannot_be_read_stays_on_our_page() {
    let server = Server::start().await;
    let app = server.client().create().await;
    posted(&server, with_raw(&app, &server, "x=%zz")).await.expect_status(400);
    posted(&server, with_raw(&app, &server, "x=%ff")).await.expect_status(400);
    posted(&server, with_raw(&app, &server, &format!("x={}", "y".repeat(20_000)))).await.expect_status(400);
    posted(&server, with_raw(&app, &server, &format!("x={}", "y".repeat(70_000)))).await.expect_status(413);
    let json = server.request(Method::POST, "/authorize").raw("application/json", "{}").await;
    json.expect_status(400);
    assert_eq!(json.location(), None);
}

#[tokio::test]
async fn a_posted_request_that_names_no_client_stays_on_our_page() {
    let server = Server::start().await;
    let answer = posted(&server, "response_type=code".to_owned()).await;
    let arrived = server.browser().get(answer.location().unwrap().as_str()).await;
    arrived.expect_status(400);
    assert_eq!(arrived.location(), None);
}

/// RFC 9110 §9.3.2: HEAD is GET without the body.
#[tokio::test]
async fn head_answers_as_get_without_a_body() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let request = app.authorize(&server.browser());
    let page = server.request(Method::HEAD, &request.address()).await;
    page.expect_status(200);
    assert!(page.body.is_empty());
    let refused = server.request(Method::HEAD, &request.with("prompt", "none").address()).await;
    refused.expect_status(303);
    assert_eq!(refused.parameter("error").as_deref(), Some("login_required"));
}

/// RFC 9110 §15.5.6.
#[tokio::test]
async fn other_methods_are_not_allowed() {
    let server = Server::start().await;
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
        let answer = server.request(method, "/authorize").await;
        answer.expect_status(405);
        assert_eq!(answer.header("allow"), Some("GET, HEAD, POST"));
    }
}

/// A query that cannot be decoded names no client that could be trusted with an answer.
#[tokio::test]
async fn a_query_that_cannot_be_decoded_stays_on_our_page() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for broken in ["state=%", "state=%4", "state=%zz", "state=%ff", "state=%00", "%=x", "state=%C0%AF"] {
        is_our_page(&server, &with_raw(&app, &server, broken)).await;
    }
    is_our_page(&server, "").await;
    is_our_page(&server, "&&&=&").await;
}

#[tokio::test]
async fn an_oversized_query_is_refused() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let many = (0..65).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
    is_our_page(&server, &with_raw(&app, &server, &many)).await;
    let long = with_raw(&app, &server, &format!("x={}", "y".repeat(60_000)));
    let answer = server.get(&format!("/authorize?{long}")).await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    assert_eq!(answer.location(), None);
}

/// What is taken at the start can be carried through every page.
#[tokio::test]
async fn the_longest_request_that_is_taken_goes_all_the_way() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let request = alice.asked_by(&app);
    let filler = "y".repeat(16 * 1024 - request.query().len() - 3);
    let code = alice.allows(request.with("x", &filler)).await;
    app.redeems(&code).await.expect_tokens();
    alice.asked_by(&app).with("x", &filler).with("max_age", "0").await.expect_page(400);
}

/// CORS is for endpoints that programs read, never for pages.
#[tokio::test]
async fn no_other_origin_may_read_the_page() {
    let server = Server::start().await;
    let app = server.client().public().create().await;
    let address = app.authorize(&server.browser()).address();
    let answer = server.request(Method::GET, &address).header("origin", "https://app.example").await;
    answer.expect_status(200);
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

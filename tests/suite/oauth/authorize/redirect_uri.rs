//! Which redirect URI is trusted, and what stays on our own page until one is. RFC 6749 §3.1.2, RFC 9700 §2.1.

use crate::harness::operator;
use signet::services::admin::clients::{self, ClientMembers};
use signet::services::admin::edition::Expected;

use crate::harness::{Server, TestClient};

async fn stays_here(server: &Server, app: &TestClient, uri: &str) {
    let asked = app.authorize(&server.browser()).with("redirect_uri", uri).await;
    asked.expect_page(400);
    assert!(asked.answer.text().contains("redirect_uri is not registered"), "{uri}: {}", asked.answer.text());
}

async fn is_trusted(server: &Server, app: &TestClient, uri: &str) {
    app.authorize(&server.browser())
        .with("redirect_uri", uri)
        .with("prompt", "none")
        .await
        .expect_error("login_required");
}

/// RFC 6749 §4.1.2.1: an unknown client is told on our page, never by a redirect.
#[tokio::test]
async fn an_unknown_client_is_told_on_our_page() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for unknown in ["nobody", "usr_1", "../etc", "ü"] {
        app.authorize(&server.browser()).with("client_id", unknown).await.expect_page(400);
    }
}

/// RFC 6749 §3.1, §4.1.2.1.
#[tokio::test]
async fn a_client_id_missing_empty_or_given_twice_stays_on_our_page() {
    let server = Server::start().await;
    let app = server.client().create().await;
    app.authorize(&server.browser()).without("client_id").await.expect_page(400);
    app.authorize(&server.browser()).with("client_id", "").await.expect_page(400);
    app.authorize(&server.browser()).and("client_id", &app.id).await.expect_page(400);
}

#[tokio::test]
async fn a_disabled_client_is_as_good_as_unknown() {
    let server = Server::start().await;
    let app = server.client().create().await;
    app.is_disabled().await;
    app.authorize(&server.browser()).await.expect_page(400);
}

/// OpenID Connect Core §3.1.2.1: `redirect_uri` is required.
#[tokio::test]
async fn an_openid_request_names_its_redirect_uri_once() {
    let server = Server::start().await;
    let app = server.client().create().await;
    app.authorize(&server.browser()).without("redirect_uri").await.expect_page(400);
    app.authorize(&server.browser()).and("redirect_uri", &app.redirect_uri).await.expect_page(400);
    app.authorize(&server.browser()).and("redirect_uri", "https://evil.example/cb").await.expect_page(400);
}

/// RFC 6749 §3.1.2.3: it may be left out where exactly one is registered.
#[tokio::test]
async fn a_plain_oauth_request_may_leave_out_the_only_redirect_uri() {
    let server = Server::start().await;
    let (app, alice) = (server.client().scope("read:projects").create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).without("redirect_uri")).await;
    app.redeems(&code).await.expect_tokens();

    let two = server.client().scope("read:projects");
    let two = two.redirect_uri("https://a.example/cb").redirect_uri("https://b.example/cb").create().await;
    two.authorize(&server.browser()).without("redirect_uri").await.expect_page(400);
    is_trusted(&server, &two, "https://a.example/cb").await;
    is_trusted(&server, &two, "https://b.example/cb").await;
}

/// Keycloak CVE-2023-6291, CVE-2024-8883; authentik CVE-2024-52289; fosite GHSA-grfp-q2mm-hfp6: what is almost the
/// registered URI is another one. RFC 9700 §4.1.
#[tokio::test]
async fn a_near_miss_is_a_miss() {
    let server = Server::start().await;
    let app = server.client().create().await;
    let near = [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://app.example/c",
        "https://app.example/cb?x=1",
        "https://app.example/cb?",
        "https://app.example/cb#f",
        "https://app.example/%63b",
        "https://app.example/cb%00",
        "https://app.example/x/../cb",
        "https://app.example/./cb",
        "https://app.example//cb",
        "https://app.example",
        "https://app.example/",
        "https://APP.example/cb",
        "HTTPS://app.example/cb",
        "https://app.example./cb",
        "https://app.example:443/cb",
        "http://app.example/cb",
        "https://app.example.evil.example/cb",
        "https://app.example@evil.example/cb",
        "https://app.example%40evil.example/cb",
        r"https://app.example\@evil.example/cb",
        "https://app.example:pw@evil.example/cb",
        "https://evil.example/https://app.example/cb",
        "https://evil.example/cb",
        "//app.example/cb",
        "/cb",
        "cb",
        " https://app.example/cb",
        "https://app.example/cb ",
        "https://app.example/cb\n",
        "https://app.example/cb\thttps://evil.example",
        "https://*.example/cb",
        "https://app.example/*",
        "javascript:alert(document.domain)",
        "data:text/html,<script>alert(1)</script>",
    ];
    for uri in near {
        stays_here(&server, &app, uri).await;
    }
    is_trusted(&server, &app, "https://app.example/cb").await;
}

/// RFC 8252 §7.3: the port of a loopback IP literal may vary, and nothing else.
#[tokio::test]
async fn a_loopback_client_chooses_its_port() {
    let server = Server::start().await;
    let app = server.client().public().redirect_uri("http://127.0.0.1/cb").redirect_uri("http://[::1]/cb");
    let app = app.create().await;
    for uri in ["http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", "http://127.0.0.1:1/cb", "http://[::1]:8000/cb"] {
        is_trusted(&server, &app, uri).await;
    }
    // Keycloak CVE-2024-8883: `localhost:80@evil`; Hydra CVE-2020-15233: loopback override.
    for uri in [
        "http://127.0.0.1:80@evil.example/cb",
        "http://127.0.0.1:@evil.example/cb",
        "http://127.0.0.1:49152@evil.example:49152/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://127.0.0.1:49152/other",
        "http://127.0.0.1:49152/cb?x=1",
        "http://127.0.0.1:49152/cb#f",
        "http://127.0.0.1:0/cb",
        "http://127.0.0.1:65536/cb",
        "http://127.0.0.1:080/cb",
        "http://127.0.0.1:/cb",
        "http://127.0.0.1:+80/cb",
        "http://127.0.0.1: 80/cb",
        "http://127.0.0.1:80\\@evil.example/cb",
        "http://127.0.0.2:49152/cb",
        "http://127.1:49152/cb",
        "http://2130706433:49152/cb",
        "http://localhost:49152/cb",
        "https://127.0.0.1:49152/cb",
        "http://[::ffff:127.0.0.1]:8000/cb",
        "http://[0:0:0:0:0:0:0:1]:8000/cb",
    ] {
        stays_here(&server, &app, uri).await;
    }
}

/// RFC 8252 §8.3: a name is not an IP literal, so its port is exact. Keycloak CVE-2024-8883.
#[tokio::test]
async fn the_port_of_localhost_does_not_vary() {
    let server = Server::start().await;
    let app = server.client().public().redirect_uri("http://localhost:3000/cb").create().await;
    is_trusted(&server, &app, "http://localhost:3000/cb").await;
    for uri in [
        "http://localhost:3001/cb",
        "http://localhost/cb",
        "http://localhost:80@evil.example/cb",
        "http://localhost:3000@evil.example/cb",
        "http://localhost:3000.evil.example/cb",
        "http://127.0.0.1:3000/cb",
        "http://LOCALHOST:3000/cb",
    ] {
        stays_here(&server, &app, uri).await;
    }
}

/// RFC 8252 §7.3 is about http on loopback: an https port is exact.
#[tokio::test]
async fn the_port_of_a_web_client_does_not_vary() {
    let server = Server::start().await;
    let app = server.client().redirect_uri("https://app.example:8443/cb").create().await;
    is_trusted(&server, &app, "https://app.example:8443/cb").await;
    stays_here(&server, &app, "https://app.example:8444/cb").await;
    stays_here(&server, &app, "https://app.example/cb").await;
}

/// RFC 8252 §7.1.
#[tokio::test]
async fn an_app_may_have_a_scheme_of_its_own() {
    let server = Server::start().await;
    let app = server.client().public().redirect_uri("com.example.app:/cb").create().await;
    is_trusted(&server, &app, "com.example.app:/cb").await;
    for uri in ["com.example.app://cb", "COM.example.app:/cb", "com.example.app:/cb/", "com.example.app:/"] {
        stays_here(&server, &app, uri).await;
    }
}

/// Keycloak CVE-2022-3782, CVE-2020-10776: a wildcard, a relative URI or an unsafe scheme cannot even be registered.
#[tokio::test]
async fn what_could_match_more_than_itself_is_not_registered() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for uri in [
        "https://app.example/*",
        "https://*.example/cb",
        "*",
        "/cb",
        "http://app.example/cb",
        "https://user@app.example/cb",
        "https://app.example/cb#f",
        "https://app.example/a/../cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "myapp:/cb",
    ] {
        let members = ClientMembers { redirect_uris: Some(vec![uri.to_owned()]), ..ClientMembers::default() };
        assert!(
            clients::update(&server.site.core, &operator(), &app.id, Expected::Any, members).await.is_err(),
            "{uri}"
        );
    }
    is_trusted(&server, &app, &app.redirect_uri).await;
}

/// The client's copy in memory is forgotten when the client changes.
#[tokio::test]
async fn a_redirect_uri_that_is_taken_away_is_no_longer_trusted() {
    let server = Server::start().await;
    let app = server.client().create().await;
    is_trusted(&server, &app, &app.redirect_uri).await;
    let moved =
        ClientMembers { redirect_uris: Some(vec!["https://new.example/cb".to_owned()]), ..ClientMembers::default() };
    clients::update(&server.site.core, &operator(), &app.id, Expected::Any, moved).await.unwrap();
    stays_here(&server, &app, &app.redirect_uri).await;
    is_trusted(&server, &app, "https://new.example/cb").await;
}

/// RFC 6749 §3.1.2: the query of the redirect URI is retained.
#[tokio::test]
async fn the_query_of_the_redirect_uri_is_kept_as_it_is() {
    let server = Server::start().await;
    let app = server.client().redirect_uri("https://app.example/cb?tenant=%41&x").create().await;
    let asked = app.authorize(&server.browser()).with("prompt", "none").await;
    asked.expect_error("login_required");
    let location = asked.answer.header("location").unwrap();
    assert!(location.starts_with("https://app.example/cb?tenant=%41&x&error=login_required&"), "{location}");
}

//! What every page and every redirect tells the browser to do and not to do. Design §9.

use reqwest::Method;

use crate::harness::{Answer, Server, TestClient, TestUser};

/// Its name, the page, and the origin that its forms may end at.
type Page = (&'static str, Answer, Option<&'static str>);

/// One of each page.
async fn pages(server: &Server) -> Vec<Page> {
    let builder = server.client().redirect_uri("https://app.example:8443/cb?x=1");
    let app = builder.post_logout_redirect_uri("https://bye.example/out").create().await;
    let alice = server.user("alice").await;
    let mut pages = on_the_way_in(&app, &alice).await;
    pages.extend(on_the_way_out(&app, &alice).await);
    pages.push(("error", server.get("/authorize?client_id=x").await, None));
    pages.push(("not found", server.get("/nothing").await, None));
    pages
}

async fn on_the_way_in(app: &TestClient, alice: &TestUser) -> Vec<Page> {
    let client = Some("https://app.example:8443");
    let login = alice.asked_by(app).await.answer;
    let failed = alice.browser.submit(&[("email", "x"), ("password", "y")]).await;
    alice.browser.submit(&alice.credentials()).await;
    let consent = alice.asked_by(app).await.answer;
    let choice = alice.asked_by(app).with("prompt", "select_account").await.answer;
    let posted = alice.asked_by(app).with("response_mode", "form_post").with("prompt", "none").await.answer;
    let pages = [login, failed, consent, choice, posted];
    let names = ["login", "failed login", "consent", "choose account", "form_post"];
    names.into_iter().zip(pages).map(|(name, page)| (name, page, client)).collect()
}

async fn on_the_way_out(app: &TestClient, alice: &TestUser) -> Vec<Page> {
    let ask = format!("/logout?client_id={}&post_logout_redirect_uri=https://bye.example/out", app.id);
    let leaving = alice.browser.get(&ask).await;
    let home = alice.browser.get("/").await;
    let plain = alice.browser.get("/logout").await;
    let signed_out = alice.browser.submit(&[("decision", "logout")]).await;
    vec![
        ("logout to a client", leaving, Some("https://bye.example")),
        ("home", home, None),
        ("logout", plain, None),
        ("signed out", signed_out, None),
    ]
}

#[tokio::test]
async fn every_page_has_its_headers() {
    let server = Server::start().await;
    for (name, page, ends_at) in pages(&server).await {
        assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"), "{name}");
        assert_eq!(page.header("cache-control"), Some("no-store"), "{name}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"), "{name}");
        // With no-referrer Chromium posts `Origin: null`.
        assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{name}");
        assert_eq!(page.header("x-frame-options"), Some("DENY"), "{name}");
        assert_eq!(page.header("access-control-allow-origin"), None, "{name}");
        let policy = page.header("content-security-policy").expect(name);
        let form_action =
            ends_at.map_or("form-action 'self'".to_owned(), |origin| format!("form-action 'self' {origin}"));
        let script = if name == "form_post" { "script-src 'self'" } else { "script-src 'none'" };
        let directives: Vec<_> = policy.split("; ").collect();
        for wanted in [
            "default-src 'none'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            script,
            &form_action,
        ] {
            assert!(directives.contains(&wanted), "{name}: no {wanted} in {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{name}: {policy}");
    }
}

/// The policy would stop it; a page that needs it would be broken.
#[tokio::test]
async fn no_page_has_inline_script_or_style() {
    let server = Server::start().await;
    for (name, page, _) in pages(&server).await {
        let html = page.text();
        for inline in ["<style", " style=", "javascript:", " onload=", " onclick=", " onsubmit=", "<iframe", "<object"]
        {
            assert!(!html.contains(inline), "{name}: {inline}");
        }
        let scripts = usize::from(name == "form_post");
        assert_eq!(html.matches("<script").count(), scripts, "{name}");
        assert_eq!(html.matches("<script src=\"/assets/").count(), scripts, "{name}");
    }
}

/// What a page loads is ours, is there, and may be kept for ever: its name changes with its content.
#[tokio::test]
async fn what_a_page_loads_is_there() {
    let server = Server::start().await;
    for (name, page, _) in pages(&server).await {
        let html = page.text();
        let linked = html.split("<link ").skip(1).map(|piece| piece.split("href=\"").nth(1).unwrap());
        let found: Vec<_> = linked.chain(html.split("src=\"").skip(1)).collect();
        assert!(found.len() >= 2, "{name}");
        for address in found.iter().map(|piece| piece.split('"').next().unwrap()) {
            assert!(address.starts_with("/assets/"), "{name}: {address}");
            let asset = server.get(address).await;
            asset.expect_status(200);
            assert_eq!(asset.header("cache-control"), Some("public, max-age=31536000, immutable"), "{address}");
            assert_eq!(asset.header("x-content-type-options"), Some("nosniff"), "{address}");
        }
    }
}

/// A page is complete without scripts, and says what language it is in.
#[tokio::test]
async fn every_page_is_whole_html() {
    let server = Server::start().await;
    for (name, page, _) in pages(&server).await {
        let html = page.text();
        for part in [
            "<!doctype html>",
            "<html lang=\"en\">",
            "<title>",
            "name=\"viewport\"",
            "<main",
            "<h1>",
            "noindex",
            "color-scheme",
        ] {
            assert!(html.contains(part), "{name}: {part}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{name}");
    }
}

/// RFC 9700 §4.2.4: an answer with a code is kept by nobody and leaks through no Referer.
#[tokio::test]
async fn a_redirect_is_not_kept() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    alice.approves(&app).await;
    let code = alice.asked_by(&app).await;
    code.expect_code();
    let error = alice.asked_by(&app).with("scope", "x y").await;
    error.expect_error("invalid_scope");
    for answer in [&code.answer, &error.answer] {
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("x-request-id").is_some());
    }
}

/// RFC 9700 §4.12: with 307 the browser would send a password on to the client.
#[tokio::test]
async fn a_redirect_after_a_post_is_a_303() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let page = alice.asked_by(&app).await.answer;
    alice.browser.form_of(&page, &alice.credentials()).await.expect_status(303);
    alice.browser.submit(&alice.credentials()).await;
    let page = alice.browser.page();
    alice.browser.form_of(&page, &[("decision", "allow")]).await.expect_status(303);
    server.request(Method::POST, "/authorize").with("client_id", &app.id).await.expect_status(303);
    server.request(Method::POST, "/logout").with("client_id", &app.id).await.expect_status(303);
}

/// RFC 6797 §7.2: over plain http the header says nothing.
#[tokio::test]
async fn plain_http_on_this_machine_promises_no_https() {
    let server = Server::start().await;
    assert_eq!(server.get("/").await.header("strict-transport-security"), None);
}

//! How the answer travels back. OAuth 2.0 Multiple Response Type Encoding Practices §2.1, Form Post Response Mode.

use crate::harness::{Answer, Code, Server};

/// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Name and value of what the form posts.
fn posted(page: &Answer, name: &str) -> Option<String> {
    let form = page.forms().into_iter().next().expect("a form");
    form.hidden.into_iter().find(|(field, _)| field == name).map(|(_, value)| value)
}

#[tokio::test]
async fn query_may_be_said() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let code = alice.allows(alice.asked_by(&app).with("response_mode", "query")).await;
    app.redeems(&code).await.expect_tokens();
}

/// An answer in a mode that is not known goes back in the default one.
#[tokio::test]
async fn another_mode_is_an_invalid_request() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for mode in ["fragment", "query.jwt", "form_post.jwt", "web_message", "Query"] {
        app.authorize(&server.browser()).with("response_mode", mode).await.expect_error("invalid_request");
    }
}

/// Form Post Response Mode §2: the answer is in the form that a page posts to the redirect URI; RFC 9207 §2: `iss`, too.
#[tokio::test]
async fn form_post_carries_the_code_in_a_form() {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let asked = alice.asked_by(&app).with("response_mode", "form_post").with("code_challenge", CHALLENGE).await;
    let page = alice.answers_pages(&asked).await;

    page.expect_status(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let form = &page.forms()[0];
    assert_eq!(form.action, app.redirect_uri);
    let names: Vec<_> = form.hidden.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["code", "state", "iss"]);
    assert_eq!(posted(&page, "state"), asked.state);
    assert_eq!(posted(&page, "iss").as_deref(), Some(server.site.issuer.as_str()));
    assert!(page.text().contains("<button"), "without scripts there is a button");

    let (redirect_uri, verifier) = (Some(app.redirect_uri.clone()), Some(VERIFIER.to_owned()));
    let code = Code { value: posted(&page, "code").unwrap(), redirect_uri, verifier, nonce: asked.nonce };
    app.redeems(&code).await.expect_tokens();
}

#[tokio::test]
async fn form_post_carries_an_error_in_a_form() {
    let server = Server::start().await;
    let app = server.client().create().await;
    for (name, value, error) in [
        ("prompt", "none", "login_required"),
        ("scope", "x y", "invalid_scope"),
        ("request", "x", "request_not_supported"),
    ] {
        let asked = app.authorize(&server.browser()).with("response_mode", "form_post").with(name, value).await;
        asked.expect_page(200);
        assert_eq!(posted(&asked.answer, "error").as_deref(), Some(error));
        assert_eq!(posted(&asked.answer, "state"), asked.state);
        assert_eq!(posted(&asked.answer, "iss").as_deref(), Some(server.site.issuer.as_str()));
        assert_eq!(asked.answer.forms()[0].action, app.redirect_uri);
    }
}

/// The page sends itself by a script of ours, from a file; its policy lets it go to the redirect URI's origin only.
#[tokio::test]
async fn the_form_leaves_by_our_own_script_and_to_the_client_only() {
    let server = Server::start().await;
    let app = server.client().redirect_uri("https://app.example:8443/cb").create().await;
    let asked = app.authorize(&server.browser()).with("response_mode", "form_post").with("prompt", "none").await;
    let policy = asked.answer.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(policy.contains("form-action 'self' https://app.example:8443;"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");

    let html = asked.answer.text();
    assert_eq!(html.matches("<script").count(), 1);
    let source = html.split_once("<script src=\"").unwrap().1.split('"').next().unwrap();
    let script = server.get(source).await;
    script.expect_status(200);
    assert!(script.header("content-type").unwrap().starts_with("text/javascript"));
    assert_eq!(script.header("x-content-type-options"), Some("nosniff"));
}

/// authentik CVE-2026-42849: what the client sends comes back as text, whatever it looks like.
#[tokio::test]
async fn a_state_is_inert_in_the_form() {
    let server = Server::start().await;
    let app = server.client().redirect_uri("https://app.example/cb?a='b'&c=(d)").create().await;
    for state in [
        "\"><script>alert(1)</script>",
        "' onload='alert(1)",
        "</form><form action=https://evil.example>",
        "<img src=x onerror=alert(1)>",
        "&quot;><b>",
        "{{7*7}}",
        "]]>",
    ] {
        let request = app.authorize(&server.browser()).with("response_mode", "form_post").with("prompt", "none");
        let asked = request.with("state", state).await;
        assert_eq!(posted(&asked.answer, "state").as_deref(), Some(state));
        let html = asked.answer.text();
        assert_eq!(html.matches("<script").count(), 1, "{html}");
        assert_eq!(html.matches("<form").count(), 1, "{html}");
        assert_eq!(html.matches("<input").count(), 4, "{html}");
        assert!(!html.contains("<img src=x") && !html.contains("<b>"), "{html}");
        assert_eq!(asked.answer.forms()[0].action, app.redirect_uri);
    }
}

//! Every form of the account counts only from a page of ours that was shown to this session. Design §9.

use super::{PAGES, at_home, is_silent_about, says, signs_in};
use crate::harness::{Answer, Browser, Method, Request, Seconds, Server, TestClient, TestUser};

/// Whatever a signed-in person can send, with what it needs beside the token.
const FORMS: [(&str, &[(&str, &str)]); 13] = [
    ("/account/profile", &[("name", "Mallory"), ("username", "alice")]),
    ("/account/profile/email", &[("email", "mallory@example.com")]),
    ("/account/profile/resend", &[]),
    ("/account/password", &[("current_password", "correct horse battery"), ("new_password", "another horse battery")]),
    ("/account/second-factor/enable", &[]),
    ("/account/second-factor/confirm", &[("code", "123456")]),
    ("/account/second-factor/disable", &[("current_password", "correct horse battery"), ("code", "123456")]),
    ("/account/second-factor/backup-codes", &[("code", "123456")]),
    ("/account/sessions/end-others", &[]),
    ("/account/applications/withdraw", &[("client", "x")]),
    ("/account/api-keys", &[("name", "x"), ("scope", "read:profile"), ("expires", "90")]),
    ("/account/providers/unlink", &[("provider", "x"), ("subject", "x")]),
    ("/account/providers/corp/link", &[]),
];

fn form(browser: &Browser, server: &Server, (path, fields): (&str, &[(&str, &str)])) -> Request {
    let empty = browser.request(Method::POST, path).header("origin", &server.site.origin());
    fields.iter().fold(empty, |request, (name, value)| request.and(name, *value))
}

fn token(page: &Answer) -> String {
    page.forms().into_iter().flat_map(|form| form.hidden).find(|(name, _)| name == "form").expect("a token").1
}

async fn nothing_happened(server: &Server, alice: &TestUser, app: &TestClient) {
    let page = alice.browser.get("/account").await;
    says(&page, "value=\"alice Example\"");
    is_silent_about(&page, "mallory@example.com");
    says(&alice.browser.get("/account/second-factor").await, "is <strong>off</strong>");
    says(&alice.browser.get("/account/api-keys").await, "You have no API key.");
    alice.asked_by(app).with("prompt", "none").await.expect_error("consent_required");
    assert!(server.letters().await.is_empty());
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let (server, alice) = at_home().await;
    let app = server.client().create().await;
    let token = token(&alice.browser.get("/account").await);
    for (path, fields) in FORMS {
        for origin in ["https://evil.example", "null"] {
            let sent = form(&alice.browser, &server, (path, fields)).and("form", token.as_str());
            sent.header("origin", origin).await.expect_status(403);
        }
    }
    nothing_happened(&server, &alice, &app).await;
}

/// Behind the check of the Origin stands the token: none, somebody else's, one of the sign-in pages.
#[tokio::test]
async fn a_form_without_its_own_token_is_refused() {
    let (server, alice) = at_home().await;
    let app = server.client().create().await;
    let mallory = server.user("mallory").await;
    let theirs = token(&signs_in(&mallory.browser, &mallory).await);
    let stranger = token(&server.browser().get("/account/register").await);
    let own_other = token(&alice.browser.get("/account/register").await);
    for (path, fields) in FORMS {
        form(&alice.browser, &server, (path, fields)).await.expect_status(400);
        for wrong in ["", "x", &theirs, &stranger, &own_other] {
            let sent = form(&alice.browser, &server, (path, fields)).and("form", wrong);
            sent.await.expect_status(400);
        }
    }
    nothing_happened(&server, &alice, &app).await;
}

/// A page of the session before belongs to nobody any more.
#[tokio::test]
async fn a_page_from_before_the_sign_in_is_refused() {
    let (server, alice) = at_home().await;
    let old = token(&alice.browser.get("/account").await);
    alice.signs_out().await;
    signs_in(&alice.browser, &alice).await;
    let sent = form(&alice.browser, &server, FORMS[0]).and("form", old);
    says(sent.await.expect_status(400), "You have signed in anew since it was opened.");
}

/// Without a session every form leads to the sign-in, and changes nothing.
#[tokio::test]
async fn a_form_of_nobody_leads_to_the_sign_in() {
    let server = Server::start().await;
    let browser = server.browser();
    let token = token(&browser.get("/account/register").await);
    for (path, fields) in FORMS {
        let answer = form(&browser, &server, (path, fields)).and("form", token.as_str()).await;
        assert_eq!(answer.expect_status(303).location().unwrap().path(), "/login", "{path}");
    }
}

/// A word on a page that others could put there would be a lie in our name.
#[tokio::test]
async fn a_notice_is_ours_on_its_own_browser_and_for_a_moment() {
    let (server, alice) = at_home().await;
    let page = alice.browser.submit_to("/account/profile", &[("name", "Alice"), ("username", "alice")]).await;
    says(&page, "Your profile is saved.");
    let address = page.url.to_string();
    says(&alice.browser.get(&address).await, "Your profile is saved.");
    let mallory = server.user("mallory").await;
    signs_in(&mallory.browser, &mallory).await;
    is_silent_about(&mallory.browser.get(&address).await, "Your profile is saved.");
    for made_up in ["saved", "Your+profile+is+saved.", ""] {
        is_silent_about(&alice.browser.get(&format!("/account?notice={made_up}")).await, "role=\"status\"");
    }
    server.advance(Seconds::minutes(1)).await;
    is_silent_about(&alice.browser.get(&address).await, "Your profile is saved.");
}

/// What every page has: its headers, one heading of the first level, a label for each field, no script.
#[tokio::test]
async fn every_page_is_whole_private_and_without_scripts() {
    let (_server, alice) = at_home().await;
    let mut pages = Vec::new();
    for path in PAGES {
        pages.push(alice.browser.get(path).await);
    }
    for path in ["/account/register", "/account/forgot", "/account/confirm", "/account/reset?token=x"] {
        pages.push(alice.browser.get(path).await);
    }
    for page in pages {
        let (html, url) = (page.expect_status(200).text(), page.url.path());
        assert_eq!(page.header("cache-control"), Some("no-store"), "{url}");
        assert_eq!(page.header("referrer-policy"), Some("same-origin"), "{url}");
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("form-action 'self'; frame-ancestors 'none'"), "{url}: {policy}");
        for banned in ["<script", "<style", " style=", " onclick=", "javascript:"] {
            assert!(!html.contains(banned), "{url}: {banned}");
        }
        assert_eq!(html.matches("<h1").count(), 1, "{url}");
        for id in html.split("<label for=\"").skip(1).map(|piece| piece.split('"').next().unwrap()) {
            assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1, "{url}: {id}");
        }
        let fields = html.split("<input ").skip(1).map(|piece| piece.split('>').next().unwrap());
        for field in fields.filter(|field| !field.contains("type=\"hidden\"") && !field.contains("aria-hidden")) {
            let id = field.split("id=\"").nth(1).map(|piece| piece.split('"').next().unwrap());
            let labelled = id.is_some_and(|id| html.contains(&format!("<label for=\"{id}\"")));
            assert!(labelled || field.contains("checkbox") || field.contains("radio"), "{url}: {field}");
        }
    }
}

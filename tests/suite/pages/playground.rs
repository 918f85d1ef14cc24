//! `/playground`: a relying party for development, and for nothing else.

use reqwest::Method;
use signet::services::admin::demo;

use crate::harness::{Answer, Browser, Server};

const CREDENTIALS: [(&str, &str); 2] = [("email", demo::EMAIL), ("password", demo::PASSWORD)];

/// Presses one of the playground's buttons.
async fn press(browser: &Browser, action: &str) -> Answer {
    browser.submit_to("/playground", &[("action", action)]).await
}

/// To the page that shows the code.
async fn with_code(server: &Server) -> Browser {
    let browser = server.browser();
    browser.get("/playground").await.expect_status(200);
    press(&browser, "start").await.expect_status(200);
    browser.submit(&CREDENTIALS).await.expect_status(200);
    let page = browser.submit(&[("decision", "allow")]).await;
    shows(&page, &["<h3>Authorization request</h3>", "Exchange the code</button>"]);
    browser
}

#[track_caller]
fn shows(page: &Answer, all: &[&str]) {
    page.expect_status(200);
    for text in all {
        assert!(page.text().contains(text), "{text} is not on the page:\n{}", page.text());
    }
}

/// What stands first among the exchanges.
fn latest(page: &Answer) -> &str {
    page.text().split("<details").nth(1).unwrap()
}

#[tokio::test]
async fn the_whole_walk_shows_what_is_said_and_what_it_is_worth() {
    let server = Server::dev().await;
    let browser = with_code(&server).await;

    let page = press(&browser, "exchange").await;
    shows(&page, &["code_verifier=", "<h3>Key set</h3>", "<h3>Refresh token</h3>", "opaque: only the server reads it"]);
    assert_eq!(page.text().matches("verified through /jwks with key").count(), 2, "{}", page.text());
    assert!(page.text().contains("iss, aud, exp, nonce, at_hash as expected"));

    let page = press(&browser, "userinfo").await;
    assert!(
        latest(&page).contains("Bearer eyJ") && latest(&page).contains("&#34;email&#34;: &#34;demo@example.com&#34;")
    );
    let page = press(&browser, "refresh").await;
    assert!(latest(&page).contains("grant_type=refresh_token"));
    assert!(page.text().contains("iss, aud, exp, sub, at_hash as expected"), "{}", page.text());
    let page = press(&browser, "introspect").await;
    assert!(latest(&page).contains("&#34;active&#34;: true"));
    let page = press(&browser, "revoke").await;
    assert!(latest(&page).contains("200 OK") && latest(&page).contains("(no body)"));

    let page = press(&browser, "introspect").await;
    assert!(latest(&page).contains("&#34;active&#34;: false"));
    let page = press(&browser, "userinfo").await;
    assert!(latest(&page).contains("401 Unauthorized") && latest(&page).contains("invalid_token"));
    let page = press(&browser, "refresh").await;
    assert!(latest(&page).contains("400 Bad Request") && latest(&page).contains("invalid_grant"));
}

/// RFC 6749 §4.1.2: the code MUST NOT be used more than once.
#[tokio::test]
async fn a_code_that_is_sent_twice_is_seen_to_fail() {
    let server = Server::dev().await;
    let browser = with_code(&server).await;
    let callback = browser.page().url;
    press(&browser, "exchange").await.expect_status(200);

    browser.get(callback.as_str()).await.expect_status(200);
    let page = press(&browser, "exchange").await;
    shows(&page, &["The code bought no tokens", "invalid_grant", "Start the flow</button>"]);
}

#[tokio::test]
async fn a_logout_ends_the_session_and_its_tokens() {
    let server = Server::dev().await;
    let browser = with_code(&server).await;
    press(&browser, "exchange").await.expect_status(200);

    let page = press(&browser, "logout").await;
    shows(&page, &["You are signed out.", "id_token_hint=eyJ", "<h3>Access token</h3>"]);
    let page = press(&browser, "introspect").await;
    assert!(latest(&page).contains("&#34;active&#34;: false"), "{}", page.text());
    shows(&press(&browser, "start").await, &["name=\"password\""]);
}

#[tokio::test]
async fn who_denies_sees_how_the_client_is_told() {
    let server = Server::dev().await;
    let browser = server.browser();
    browser.get("/playground").await;
    press(&browser, "start").await;
    browser.submit(&CREDENTIALS).await;
    let page = browser.submit(&[("decision", "deny")]).await;
    shows(&page, &["role=\"alert\">The answer is access_denied", "error=access_denied", "Start the flow</button>"]);
}

/// RFC 6749 §10.12, RFC 9207 §2.4.
#[tokio::test]
async fn an_answer_to_somebody_elses_request_is_refused() {
    let server = Server::dev().await;
    let browser = with_code(&server).await;
    let mut forged = browser.page().url;
    let genuine: Vec<(String, String)> = forged.query_pairs().into_owned().collect();

    for (name, value, reason) in [("state", "x", "The state is not"), ("iss", "https://evil.example", "The iss")] {
        let changed = genuine.iter().map(|(n, v)| (n.as_str(), if n == name { value } else { v.as_str() }));
        forged.query_pairs_mut().clear().extend_pairs(changed);
        let page = browser.get(forged.as_str()).await;
        assert!(page.expect_status(400).text().contains(reason), "{}", page.text());
        assert!(!page.text().contains("Exchange the code"));
    }

    forged.query_pairs_mut().clear().extend_pairs(&genuine);
    let page = server.browser().get(forged.as_str()).await;
    assert!(page.expect_status(400).text().contains("This browser has not sent a request"), "{}", page.text());
}

#[tokio::test]
async fn a_run_goes_on_in_its_own_browser_only() {
    let server = Server::dev().await;
    let browser = with_code(&server).await;
    let run = browser.page().forms()[0].hidden[0].1.clone();
    let thief = server.browser();
    thief.get("/playground").await;

    let posted = server.request(Method::POST, "/playground").with("action", "exchange").with("run", run);
    let binding = thief.cookie("signet-browser").unwrap();
    let page = posted.header("cookie", &format!("signet-browser={binding}")).await;
    assert!(page.expect_status(400).text().contains("from another browser"), "{}", page.text());
    shows(&press(&browser, "exchange").await, &["verified through /jwks"]);
}

#[tokio::test]
async fn a_long_walk_forgets_its_beginning() {
    let server = Server::dev().await;
    let browser = with_code(&server).await;
    press(&browser, "exchange").await;
    for _ in 0..30 {
        let page = press(&browser, "introspect").await;
        shows(&page, &["&#34;active&#34;: true"]);
    }
    assert!(!browser.page().text().contains("<h3>Authorization request</h3>"));
}

#[tokio::test]
async fn the_page_lets_forms_end_here_only() {
    let server = Server::dev().await;
    let page = server.get("/playground").await;
    let policy = page.expect_status(200).header("content-security-policy").unwrap();
    assert!(policy.contains("form-action 'self';") && policy.contains("script-src 'none'"), "{policy}");
    assert_eq!(page.header("cache-control"), Some("no-store"));

    let foreign = server.request(Method::POST, "/playground").with("action", "start");
    foreign.header("origin", "https://evil.example").await.expect_status(403);
}

/// `localhost` would have other cookies and another origin.
#[tokio::test]
async fn another_name_of_this_host_leads_to_the_issuer() {
    let server = Server::dev().await;
    let other = server.request(Method::GET, "/playground").header("host", "localhost:8080").await;
    assert_eq!(
        other.expect_status(303).header("location"),
        Some(format!("{}/playground", server.site.issuer).as_str())
    );
}

#[tokio::test]
async fn a_production_server_has_no_playground() {
    let server = Server::start().await;
    for path in ["/playground", "/playground/callback", "/playground/callback?code=x&state=y"] {
        server.get(path).await.expect_status(404);
    }
    server.request(Method::POST, "/playground").with("action", "start").await.expect_status(404);
    assert!(!server.get("/").await.text().contains("playground"));
}

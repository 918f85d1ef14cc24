//! A newcomer's first minute: the playground, from the first button to the logout.

use signet::services::admin::demo;

use super::chromium;
use crate::harness::Server;

#[tokio::test]
async fn a_newcomer_walks_the_whole_flow() {
    let Some(browser) = chromium::open().await else { return };
    let server = Server::dev().await;
    browser.client.goto(&server.site.issuer).await.unwrap();
    browser.keeps_pictures("home").await;
    browser.client.goto(&format!("{}/playground", server.site.issuer)).await.unwrap();
    browser.keeps_pictures("playground-1-request").await;

    browser.press("Start the flow").await;
    browser.keeps_pictures("login").await;
    browser.types("email", demo::EMAIL).await;
    browser.types("password", "not this one").await;
    browser.press("Sign in").await;
    browser.sees("The e-mail or password is not right.").await;
    browser.keeps_pictures("login-refused").await;
    browser.types("password", demo::PASSWORD).await;
    browser.press("Sign in").await;
    browser.sees("Read project data").await;
    browser.keeps_pictures("consent").await;
    browser.press("Allow").await;
    browser.sees("The browser came back with a code.").await;
    browser.keeps_pictures("playground-2-code").await;

    browser.press("Exchange the code").await;
    browser.sees("iss, aud, exp, nonce, at_hash as expected").await;
    browser.keeps_pictures("playground-3-tokens").await;
    browser.press("Call userinfo").await;
    browser.sees("\"name\": \"Demo User\"").await;
    browser.press("Refresh").await;
    browser.sees("grant_type=refresh_token").await;
    browser.press("Introspect").await;
    browser.sees("\"active\": true").await;
    browser.keeps_pictures("playground-4-introspection").await;
    browser.press("Revoke").await;
    browser.sees("token_type_hint=refresh_token").await;
    browser.press("Introspect").await;
    browser.sees("\"active\": false").await;
    browser.press("Log out").await;
    browser.sees("You are signed out.").await;
    browser.keeps_pictures("playground-5-logout").await;
    browser.client.close().await.unwrap();
}

/// Chromium asks the page's policy at every redirect of a form.
#[tokio::test]
async fn pages_of_the_way_out_can_be_read() {
    let Some(browser) = chromium::open().await else { return };
    let server = Server::dev().await;
    browser.client.goto(&format!("{}/authorize?client_id=nobody", server.site.issuer)).await.unwrap();
    browser.keeps_pictures("error").await;

    browser.client.goto(&format!("{}/playground", server.site.issuer)).await.unwrap();
    browser.press("Start the flow").await;
    browser.types("email", demo::EMAIL).await;
    browser.types("password", demo::PASSWORD).await;
    browser.press("Sign in").await;
    browser.press("Deny").await;
    browser.sees("access_denied").await;
    browser.keeps_pictures("playground-denied").await;
    browser.client.goto(&format!("{}/logout", server.site.issuer)).await.unwrap();
    browser.keeps_pictures("logout").await;
    browser.press("Sign out").await;
    browser.keeps_pictures("signed-out").await;
    browser.client.close().await.unwrap();
}

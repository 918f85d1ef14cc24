//! An administrator's day, in a browser: from the first client to the audit log.

use fantoccini::wd::WindowHandle;
use signet::domain::user::Role;

use super::chromium::{self, Chromium};
use crate::harness::{PASSWORD, Server, TestClient, TestUser};

async fn goes(browser: &Chromium, server: &Server, path: &str) {
    browser.client.goto(&format!("{}{path}", server.site.issuer)).await.unwrap();
}

async fn signs_in(browser: &Chromium, server: &Server, admin: &TestUser) {
    goes(browser, server, "/admin").await;
    browser.types("email", &admin.email).await;
    browser.types("password", PASSWORD).await;
    browser.press("Sign in").await;
    browser.sees("Dashboard").await;
    browser.keeps_pictures("admin-01-dashboard").await;
}

/// From the empty list to the snippet with the secret.
async fn registers(browser: &Chromium, server: &Server) {
    goes(browser, server, "/admin/clients").await;
    browser.keeps_pictures("admin-02-clients-none").await;
    goes(browser, server, "/admin/clients/new").await;
    browser.keeps_pictures("admin-03-client-kind").await;
    goes(browser, server, "/admin/clients/new?kind=web").await;
    fills_in(browser).await;
}

/// A wrong address first: it is said at its field, and what was typed is kept.
async fn fills_in(browser: &Chromium) {
    browser.types("name", "Fieldnotes").await;
    browser.writes("redirect_URI", "http://app.example/cb").await;
    browser.press("Register the client").await;
    browser.sees("Redirect URI:").await;
    browser.keeps_pictures("admin-04-client-refused").await;
    let field = fantoccini::Locator::Css("textarea[name='redirect_URI']");
    browser.client.find(field).await.unwrap().clear().await.unwrap();
    browser.writes("redirect_URI", "https://app.example/cb").await;
    browser.press("Register the client").await;
    browser.sees("The client is registered.").await;
    takes_along(browser).await;
}

/// The secret is put on the clipboard by our own script.
async fn takes_along(browser: &Chromium) {
    browser.press_without_waiting("Copy").await;
    let copied = fantoccini::Locator::XPath("//section[@class='secret']/button[normalize-space()='Copied']");
    browser.client.wait().for_element(copied).await.unwrap();
    browser.keeps_pictures("admin-05-client-made").await;
    browser.follows("I have kept it").await;
    browser.opens_all().await;
    browser.keeps_pictures("admin-06-client").await;
}

/// The answer of the test comes in a tab of its own.
async fn tests(browser: &Chromium, path: &str, server: &Server) {
    goes(browser, server, &format!("{path}/test")).await;
    browser.press("Add the address").await;
    browser.keeps_pictures("admin-07-client-test").await;
    let here = browser.client.window().await.unwrap();
    browser.press_without_waiting("Start the test").await;
    let tab = new_tab(browser, &here).await;
    browser.client.switch_to_window(tab).await.unwrap();
    let allow = fantoccini::Locator::XPath("//button[normalize-space()='Allow']");
    browser.client.wait().for_element(allow).await.unwrap();
    browser.press("Allow").await;
    browser.sees("It works.").await;
    browser.keeps_pictures("admin-08-client-tested").await;
    browser.client.close_window().await.unwrap();
    browser.client.switch_to_window(here).await.unwrap();
}

async fn new_tab(browser: &Chromium, here: &WindowHandle) -> WindowHandle {
    let opened = async || browser.client.windows().await.unwrap().into_iter().find(|window| window != here);
    let mut tab = None;
    for _ in 0..1_000 {
        if tab.is_none() {
            tab = opened().await;
        }
    }
    tab.expect("a new tab")
}

async fn rotates(browser: &Chromium, path: &str, server: &Server) {
    goes(browser, server, &format!("{path}/secrets")).await;
    browser.keeps_pictures("admin-09-secrets").await;
    browser.press("Rotate the secret").await;
    browser.sees("New client secret").await;
    browser.keeps_pictures("admin-10-secret-rotated").await;
    browser.follows("I have kept it").await;
}

/// Both are looked at with what they have: sessions, an application, then nothing.
async fn suspends(browser: &Chromium, server: &Server, alice: &TestUser) {
    goes(browser, server, "/admin/users").await;
    browser.keeps_pictures("admin-11-users").await;
    goes(browser, server, &format!("/admin/users/{}", alice.id)).await;
    browser.keeps_pictures("admin-12-user").await;
    goes(browser, server, &format!("/admin/users/{}/access", alice.id)).await;
    browser.opens_all().await;
    browser.keeps_pictures("admin-13-user-access").await;
    browser.press("Suspend the user").await;
    browser.sees("suspended").await;
    browser.keeps_pictures("admin-14-user-suspended").await;
}

async fn rotates_keys(browser: &Chromium, server: &Server) {
    goes(browser, server, "/admin/keys").await;
    browser.opens_all().await;
    browser.keeps_pictures("admin-15-keys").await;
    browser.press("Rotate now").await;
    browser.sees("A rotation is under way").await;
    browser.keeps_pictures("admin-16-keys-rotating").await;
}

/// What the application did wrong, and everything that was done above.
async fn looks_back(browser: &Chromium, server: &Server, app: &TestClient) {
    app.authorize(&server.browser()).with("redirect_uri", "https://app.example/typo").await;
    goes(browser, server, "/admin/refused").await;
    browser.sees("https://app.example/typo").await;
    browser.keeps_pictures("admin-17-refused").await;
    for action in ["create_client", "rotate_client_secret", "suspend_user", "rotate_key"] {
        goes(browser, server, &format!("/admin/audit?action={action}")).await;
        let page = browser.reads().await;
        assert!(!page.contains("Nothing is found"), "{action} is not in the audit log:\n{page}");
    }
    goes(browser, server, "/admin/audit").await;
    browser.keeps_pictures("admin-18-audit").await;
    browser.press("Verify the chain").await;
    browser.keeps_pictures("admin-19-audit-verified").await;
}

/// Issue 4: create a client, run its test flow, rotate its secret, suspend a user and see their refresh refused, rotate
/// keys and see an old token still validate, find the events in the audit log.
#[tokio::test]
async fn an_administrator_looks_after_the_server() {
    let Some(browser) = chromium::open().await else { return };
    let server = Server::start().await;
    let root = server.administrator("root", Role::Admin).await;
    signs_in(&browser, &server, &root).await;
    registers(&browser, &server).await;
    let at = browser.client.current_url().await.unwrap().path().to_owned();
    tests(&browser, &at, &server).await;
    rotates(&browser, &at, &server).await;

    let (app, alice) = (server.client().id("app").create().await, server.user("alice").await);
    let bob = server.user("bob").await;
    let of_bob = app.redeems(&bob.approves(&app).await).await.expect_tokens();
    let of_alice = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    suspends(&browser, &server, &alice).await;
    app.refreshes(of_alice.refresh()).await.expect_refusal("invalid_grant");
    rotates_keys(&browser, &server).await;
    app.userinfo(&of_bob.access_token).await.expect_status(200);
    looks_back(&browser, &server, &app).await;
    browser.client.close().await.unwrap();
}

/// The pages that the day did not come by.
#[tokio::test]
async fn every_other_page_can_be_looked_at() {
    let Some(browser) = chromium::open().await else { return };
    let server = Server::start().await;
    let world = crate::admin::world::World::furnish(&server, |field| format!("The {field}")).await;
    let root = server.administrator("root", Role::Admin).await;
    signs_in(&browser, &server, &root).await;
    for (pattern, methods) in crate::admin::world::routes() {
        let is_page = methods.contains(&crate::harness::Method::GET) && !pattern.ends_with("/export");
        if !is_page || pattern.is_empty() {
            continue;
        }
        goes(&browser, &server, &world.path(&pattern, "own")).await;
        browser.opens_all().await;
        let name = pattern.trim_start_matches('/').replace(['/', '{', '}'], "-");
        browser.keeps_pictures(&format!("admin-page-{name}")).await;
    }
    browser.client.close().await.unwrap();
}

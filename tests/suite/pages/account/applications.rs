//! The applications with access, and taking it back.

use super::{at_home, is_silent_about, says};
use crate::harness::Server;

#[tokio::test]
async fn an_application_shows_what_it_may_in_words() {
    let (server, alice) = at_home().await;
    says(&alice.browser.get("/account/applications").await, "No application has access to your account.");
    let app = server.client().name("Field <b>notes").scope("openid read:projects").create().await;
    alice.approves(&app).await;
    let page = alice.browser.get("/account/applications").await;
    says(&page, "Field &#60;b&#62;notes");
    says(&page, "<li>Read project data</li>");
    is_silent_about(&page, "<b>notes");
}

/// Withdrawing revokes what rests on the consent, and the application has to ask again.
#[tokio::test]
async fn a_withdrawn_application_is_out_at_once() {
    let (server, alice) = at_home().await;
    let app = server.client().scope("openid offline_access").create().await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    alice.browser.get("/account/applications").await;
    let page = alice.browser.submit_to("/applications/withdraw", &[]).await;
    says(page.expect_status(200), "The application has no access any more.");
    says(&page, "No application has access to your account.");
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    alice.asked_by(&app).with("prompt", "none").await.expect_error("consent_required");
}

/// What a page of the account shows is its owner's.
#[tokio::test]
async fn what_somebody_else_allowed_is_not_there() {
    let server = Server::start().await;
    let (alice, bob) = (server.user("alice").await, server.user("bob").await);
    let app = server.client().name("Bobs notes").create().await;
    bob.approves(&app).await;
    alice.browser.signs_in(&alice).await;
    is_silent_about(&alice.browser.get("/account/applications").await, "Bobs notes");
}

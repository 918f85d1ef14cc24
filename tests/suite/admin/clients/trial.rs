//! *Test this client*: a real flow, of which no token leaves the server.

use super::super::{is_silent_about, says};
use crate::harness::{Answer, Server};

async fn allowed(admin: &crate::harness::Admin, answer: Answer) -> Answer {
    if answer.text().contains("name=\"decision\"") {
        return admin.browser.submit(&[("decision", "allow")]).await;
    }
    answer
}

#[tokio::test]
async fn a_sign_in_is_tried_and_shown_decoded() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let program = server.root_program().await;
    server.client().id("app").create().await;
    let test = admin.opens("/admin/clients/app/test").await;
    let ours = format!("{}/admin/clients/app/test", server.site.issuer);
    says(&test, &ours);
    says(&admin.browser.submit_to("/test/address", &[]).await, "is one of the client’s now");
    let uris = program.get("/clients/app").await.json()["redirect_uris"].clone();
    assert_eq!(uris[1], ours.as_str());

    let asked = admin.browser.submit_to("/clients/app/test", &[]).await;
    let shown = allowed(&admin, asked).await;
    says(shown.expect_status(200), "It works.");
    says(&shown, &admin.user.id);
    says(&shown, "ID token: claims");
    is_silent_about(&shown, "eyJ");

    // Nothing of it lives on, and the answer does not work twice.
    let used = program.get("/clients/app/usage").await.json();
    assert_eq!(used["grants"], 0, "{used}");
    let address = shown.url.to_string();
    says(&admin.opens(&address).await, "invalid_grant");
    admin.opens("/admin/clients/app/test").await;
    says(&admin.browser.submit_to("/test/address", &[]).await, "taken away");
    assert_eq!(program.get("/clients/app").await.json()["redirect_uris"].as_array().unwrap().len(), 1);
}

/// RFC 6749 §10.12: an answer that this browser did not ask for is not redeemed.
#[tokio::test]
async fn the_answer_of_another_browser_is_strange() {
    let server = Server::start().await;
    let (admin, other) =
        (server.admin().await, server.person_with_role("eve", signet::domain::user::Role::Admin).await);
    server.client().id("app").first_party().create().await;
    admin.opens("/admin/clients/app/test").await;
    admin.browser.submit_to("/test/address", &[]).await;
    let shown = admin.browser.submit_to("/clients/app/test", &[]).await;
    says(&shown, "It works.");
    says(&other.opens(shown.url.as_ref()).await, "is not that of a test that this browser began");
    let forged = format!("/admin/clients/app/test?state=x&code=y&iss={}", server.site.issuer);
    says(&admin.opens(&forged).await, "is not that of a test that this browser began");
}

#[tokio::test]
async fn a_service_asks_for_its_token() {
    let server = Server::start().await;
    let admin = server.admin().await;
    server.client().id("svc").service("api:read").create().await;
    admin.opens("/admin/clients/svc/test").await;
    let shown = admin.browser.submit_to("/test/token", &[]).await;
    says(shown.expect_status(200), "It works.");
    says(&shown, "api:read");
    is_silent_about(&shown, "eyJ");
}

#[tokio::test]
async fn without_its_address_or_enabled_nothing_is_tried() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let app = server.client().id("app").create().await;
    admin.opens("/admin/clients/app/test").await;
    admin.browser.submit_to("/test/address", &[]).await;
    app.changes(|members| members.redirect_uris = Some(vec!["https://app.example/cb".to_owned()])).await;
    says(admin.browser.submit_to("/clients/app/test", &[]).await.expect_status(422), "add it first");
    admin.browser.submit_to("/test/address", &[]).await;
    app.is_disabled().await;
    says(admin.browser.submit_to("/clients/app/test", &[]).await.expect_status(422), "it is disabled");
}

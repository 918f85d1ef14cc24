//! Clients in the console.

use serde_json::json;

use super::super::{HOSTILE, is_silent_about, says};
use crate::harness::Server;

#[tokio::test]
async fn an_application_is_registered_and_connected_with_what_the_page_shows() {
    let server = Server::start().await;
    let admin = server.admin().await;
    says(&admin.opens("/admin/clients/new").await, "Web application with a server");
    admin.opens("/admin/clients/new?kind=service").await.expect_status(200);
    let form = [("name", "Nightly"), ("client_id", "nightly"), ("auth_method", "client_secret_basic")];
    let made = admin.browser.submit_to("/admin/clients", &form).await;
    made.expect_status(200);
    says(&made, "It is shown only now");
    says(&made, "curl -u nightly:");
    let secret = made.text().split("OIDC_CLIENT_SECRET=").nth(1).unwrap().split(['\n', '<']).next().unwrap().to_owned();
    let again = admin.opens("/admin/clients/nightly").await;
    is_silent_about(&again, &secret);
    says(&again, "YOUR_CLIENT_SECRET");
    let basic = crate::harness::basic("nightly", &secret);
    let request = server.request(crate::harness::Method::POST, "/token").header("authorization", &basic);
    request.with("grant_type", "client_credentials").await.expect_tokens();
    says(&admin.opens("/admin/clients?q=night").await, "/admin/clients/nightly");
}

/// Sent twice, the form registers one client.
#[tokio::test]
async fn a_reload_registers_nothing_twice() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.opens("/admin/clients/new?kind=app").await;
    let fields = [("name", "SPA"), ("client_id", "spa"), ("redirect_URI", "https://spa.example/cb")];
    let made = admin.browser.submit_to("/admin/clients", &fields).await;
    says(made.expect_status(200), "is registered");
    is_silent_about(&made, "Client secret");
    admin.opens("/admin/clients/new?kind=app").await;
    let again = admin.browser.submit_to("/admin/clients", &fields).await;
    says(again.expect_status(409), "exists already");
}

#[tokio::test]
async fn a_refused_value_is_told_at_its_field_and_what_was_typed_stays() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.opens("/admin/clients/new?kind=web").await;
    let fields = [
        ("name", "Shop"),
        ("client_id", "shop"),
        ("redirect_URI", "https://app.example/cb\nhttps://app.example/cb#x"),
        ("grant", "authorization_code"),
        ("auth_method", "client_secret_basic"),
        ("pkce", "required"),
        ("refresh", "rotate"),
        ("party", "third"),
        ("scope", "email"),
    ];
    let refused = admin.browser.submit_to("/admin/clients", &fields).await;
    refused.expect_status(422);
    says(&refused, "https://app.example/cb#x: has a fragment");
    says(&refused, "RFC 6749 §3.1.2");
    says(&refused, "name=\"redirect_URI\" rows=\"3\"");
    says(&refused, "aria-invalid=\"true\"");
    says(&refused, "value=\"Shop\"");
    says(&refused, "value=\"email\" checked");
    is_silent_about(&refused, "value=\"profile\" checked");
}

#[tokio::test]
async fn a_client_is_edited_disabled_and_deleted() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let program = server.root_program().await;
    let (app, alice) = (server.client().id("app").create().await, server.user("alice").await);
    let code = alice.approves(&app).await;
    app.redeems(&code).await.expect_tokens();

    let before = program.get("/clients/app").await.json();
    admin.opens("/admin/clients/app/edit").await;
    let fields = [
        ("name", "Renamed"),
        ("redirect_URI", "https://app.example/cb\r\nhttps://b.example/cb"),
        ("grant", "authorization_code"),
        ("auth_method", "client_secret_basic"),
        ("scope", "openid"),
        ("pkce", "required"),
        ("refresh", "rotate"),
        ("party", "third"),
    ];
    let saved = admin.browser.submit_to("/edit", &fields).await;
    says(saved.expect_status(200), "The client is saved.");
    let after = program.get("/clients/app").await.json();
    assert_eq!(after["redirect_uris"], json!(["https://app.example/cb", "https://b.example/cb"]));
    assert_eq!((&after["client_name"], &after["scope"]), (&json!("Renamed"), &json!("openid")));
    assert_eq!(after["enabled"], before["enabled"]);

    let page = admin.opens("/admin/clients/app").await;
    says(&page, "It ends 1 grant of 1 person, made in 1 session");
    says(&admin.browser.submit_to("/status", &[]).await, "is disabled");
    app.asks_for_itself().await.expect_refusal("invalid_client");
    admin.opens("/admin/clients/app").await;
    says(&admin.browser.submit_to("/status", &[]).await, "works again");
    admin.opens("/admin/clients/app").await;
    says(&admin.browser.submit_to("/delete", &[]).await, "is deleted");
    admin.opens("/admin/clients/app").await.expect_status(404);
}

#[tokio::test]
async fn a_secret_is_rotated_and_revoked() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let app = server.client().id("svc").service("").create().await;
    admin.opens("/admin/clients/svc/secrets").await;
    let made = admin.browser.submit_to("/clients/svc/secrets", &[("overlap", "3600")]).await;
    says(made.expect_status(200), "The secret before works on until");
    let secret = made.text().split("OIDC_CLIENT_SECRET=").nth(1).unwrap().split(['\n', '<']).next().unwrap().to_owned();
    let new = app.with_secret(&secret);
    new.asks_for_itself().await.expect_tokens();
    app.asks_for_itself().await.expect_tokens();
    admin.opens("/admin/clients/svc/secrets").await;
    is_silent_about(&admin.browser.page(), &secret);
    says(&admin.browser.submit_to("/revoke", &[]).await, "The secret is revoked.");
    let good = [app.asks_for_itself().await.status, new.asks_for_itself().await.status];
    assert_eq!(good.iter().filter(|status| **status == 200).count(), 1);
}

#[tokio::test]
async fn what_a_client_is_called_stays_text() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let program = server.root_program().await;
    server.client().id("\"><script>alert(3)</script>").create().await;
    let id = "/clients/%22%3E%3Cscript%3Ealert(3)%3C%2Fscript%3E";
    let logo = "https://app.example/'onerror='alert(4)";
    let body = json!({ "client_name": HOSTILE, "logo_uri": logo, "tos_uri": logo });
    program.patch(id, &body).await.expect_status(200);
    for page in ["", "/edit", "/secrets", "/test"] {
        let page = admin.opens(&format!("/admin{id}{page}")).await;
        page.expect_status(200);
        for live in ["<script>alert", "<img src=x", "\"><script"] {
            is_silent_about(&page, live);
        }
    }
    for live in ["<script>alert", "<img src=x"] {
        is_silent_about(&admin.opens("/admin/clients").await, live);
    }
}

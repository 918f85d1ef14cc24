//! `/resources` and its pages.

use serde_json::json;
use signet::domain::user::Role;

use crate::harness::{Method, Server};

const IDENTIFIER: &str = "https://api.example/v1?x=%2F";
const ESCAPED: &str = "https%3A%2F%2Fapi.example%2Fv1%3Fx%3D%252F";

#[actix_web::test]
async fn a_resource_is_found_by_an_identifier_that_is_an_address() {
    let server = Server::start().await;
    let program = server.program("admin:clients").await;
    let answer = program.posts("/resources", json!({ "identifier": IDENTIFIER, "name": "API" })).await;
    let edition = answer.expect_status(201).header("etag").unwrap().to_owned();
    let at = format!("/resources/{ESCAPED}");
    assert!(answer.header("location").unwrap().ends_with(&at), "{:?}", answer.header("location"));
    assert_eq!(program.get(&at).await.expect_status(200).json()["identifier"], IDENTIFIER);
    let rename = |name: &str| program.sends(Method::PATCH, &at, &json!({ "name": name })).header("if-match", &edition);
    assert_eq!(rename("The API").await.expect_status(200).json()["name"], "The API");
    rename("Other").await.expect_problem(412, "changed-meanwhile");
    program.calls(Method::DELETE, &at).header("if-match", &edition).await.expect_problem(412, "changed-meanwhile");
    program.delete(&at).await.expect_status(204);
    program.delete(&at).await.expect_problem(404, "not-found");
}

#[actix_web::test]
async fn the_pages_register_a_resource_show_its_scopes_and_delete_it() {
    let server = Server::start().await;
    let root = server.administrator("root", Role::Admin).await;
    assert!(
        !root.opens("/admin/resources").await.expect_status(200).text().contains("/admin/resources/https%3A%2F%2Fapi")
    );
    root.opens("/admin/resources/new").await.expect_status(200);
    let refused = root.browser.submit(&[("resource", "api"), ("name", "<b>API")]).await;
    assert!(refused.expect_status(422).text().contains("aria-invalid"));
    assert!(refused.text().contains("&#60;b&#62;API") && !refused.text().contains("<b>API"));
    let page = root.browser.submit(&[("resource", IDENTIFIER), ("name", "<b>API")]).await;
    assert!(page.expect_status(200).text().contains("has no scope of its own") && !page.text().contains("<b>API"));
    let at = page.url.path().to_owned();
    assert!(root.opens("/admin/resources").await.text().contains(&at), "the list does not lead there");
    assert!(at.ends_with(ESCAPED), "{at}");

    root.opens("/admin/scopes/new").await;
    let scope = [("scope", "api:read"), ("description", "<i>Read"), ("resource", IDENTIFIER)];
    root.browser.submit(&scope).await.expect_status(200);
    let with = root.opens(&at).await;
    assert!(with.text().contains("/admin/scopes/api%3Aread") && with.text().contains("&#60;i&#62;Read"));
    assert!(!with.forms().iter().any(|form| form.action.ends_with("/delete")), "it cannot be deleted yet");
    let renamed = root.browser.submit_to(ESCAPED, &[("name", "The API")]).await;
    assert!(renamed.expect_status(200).text().contains("The API"));

    root.opens("/admin/scopes/api:read").await;
    root.browser.submit_to("/delete", &[]).await.expect_status(200);
    root.opens(&at).await;
    root.browser.submit_to("/delete", &[]).await.expect_status(200);
    root.opens(&at).await.expect_status(404);
}

/// The registry is everybody's: who manages some clients looks at it.
#[actix_web::test]
async fn a_client_manager_changes_no_resource() {
    let server = Server::start().await;
    let (max, program) =
        (server.administrator("max", Role::ClientManager).await, server.program("admin:clients").await);
    program.posts("/resources", json!({ "identifier": IDENTIFIER, "name": "API" })).await.expect_status(201);
    max.opens("/admin/resources").await.expect_status(200);
    max.opens("/admin/resources/new").await.expect_status(403);
    let page = max.opens(&format!("/admin/resources/{ESCAPED}")).await;
    assert!(page.expect_status(200).forms().is_empty(), "{}", page.text());
    let reader = server.program("admin:clients:read").await;
    reader.delete(&format!("/resources/{ESCAPED}")).await.expect_problem(403, "forbidden");
}

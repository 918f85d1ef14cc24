//! The registry of scopes at the REST API and at the console.

use serde_json::json;

use super::{HOSTILE, is_silent_about, says};
use crate::harness::Server;

#[tokio::test]
async fn a_program_registers_changes_and_deletes_a_scope() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let body = json!({ "name": "api:read", "description": "Read the API" });
    let made = program.post("/scopes", &body).await;
    made.expect_status(201);
    assert!(made.header("location").unwrap().ends_with("/admin/api/v1/scopes/api%3Aread"));
    program.post("/scopes", &body).await.expect_problem(409, "taken");

    let changed = program.patch("/scopes/api:read", &json!({ "description": "Look" })).if_match(&made).await;
    changed.expect_status(200);
    assert_eq!(changed.json()["description"], "Look");
    let late = program.patch("/scopes/api:read", &json!({ "description": "Late" })).if_match(&made).await;
    late.expect_problem(412, "changed-meanwhile");

    program.delete("/scopes/api:read").if_match(&made).await.expect_problem(412, "changed-meanwhile");
    program.delete("/scopes/api:read").if_match(&changed).await.expect_status(204);
    program.get("/scopes/api:read").await.expect_problem(404, "not-found");
    program.delete("/scopes/admin:users").await.expect_problem(422, "unfit");
}

#[tokio::test]
async fn a_typing_error_is_no_success() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let typo = json!({ "name": "api:read", "description": "Read", "resorce": "https://api.example" });
    let refused = program.post("/scopes", &typo).await;
    refused.expect_problem(400, "malformed");
    assert_eq!(refused.json()["member"], "resorce");
    program.post("/scopes", &json!({ "name": "two words", "description": "x" })).await.expect_problem(422, "unfit");
}

#[tokio::test]
async fn an_administrator_registers_and_deletes_a_scope_by_hand() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let fields = [("scope", "api:write"), ("description", HOSTILE), ("resource", "")];
    let list = admin.submits("/admin/scopes/new", "/admin/scopes", &fields).await;
    says(&list, "The scope api:write is registered.");
    is_silent_about(&list, "<script>alert");
    let page = admin.opens("/admin/scopes/api:write").await;
    is_silent_about(&page, "<script>alert");
    let saved = admin.browser.submit_to("/admin/scopes/api%3Awrite", &[("description", "Change things")]).await;
    says(&saved, "The scope is saved.");
    let gone = admin.submits("/admin/scopes/api:write", "/delete", &[]).await;
    says(&gone, "The scope api:write is deleted.");
}

/// What was typed is still there, and what is wrong with it is said at its field.
#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_typed() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let fields = [("scope", "two words"), ("description", "Kept as typed"), ("resource", "")];
    let again = admin.submits("/admin/scopes/new", "/admin/scopes", &fields).await;
    again.expect_status(422);
    says(&again, "value=\"two words\"");
    says(&again, "value=\"Kept as typed\"");
    says(&again, "aria-invalid=\"true\"");
}

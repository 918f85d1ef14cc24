//! Nobody gains rights by the clients that they may change.

use serde_json::json;
use signet::domain::user::Role;

use crate::harness::{Program, Seconds, Server, operator};
use signet::services::admin::{
    clients::{self, ClientMembers},
    edition::Expected,
};

/// Whoever holds a client's secret acts with its scopes.
#[tokio::test]
async fn a_program_for_clients_makes_no_program_for_more() {
    let server = Server::start().await;
    let strong = server.client().id("strong").service("auth:sso").create().await;
    let plain = server.client().id("plain").service("").create().await;
    server.program("admin:users").await;
    let program = server.program("admin:clients").await;
    for (path, body) in [
        ("/clients/plain", json!({ "scope": "admin:users" })),
        ("/clients/plain", json!({ "scope": "auth:sso" })),
        ("/clients/strong", json!({ "client_name": "Mine" })),
        (
            "/clients/strong",
            json!({ "redirect_uris": ["https://evil.example/cb"], "grant_types": ["authorization_code"] }),
        ),
    ] {
        program.patch(path, &body).await.expect_problem(403, "forbidden");
    }
    let new = json!({ "client_name": "New", "grant_types": ["client_credentials"], "scope": "admin:users" });
    program.post("/clients", &new).await.expect_problem(403, "forbidden");
    program.post("/clients/strong/secrets", &json!({})).await.expect_problem(403, "forbidden");
    let secrets = program.get("/clients/strong/secrets").await.json();
    let path = format!("/clients/strong/secrets/{}", secrets["items"][0]["id"].as_str().unwrap());
    program.delete(&path).await.expect_problem(403, "forbidden");
    program.delete("/clients/strong").await.expect_problem(403, "forbidden");
    strong.asks_for_itself().await.expect_tokens();
    plain.asks_for_itself().await.expect_tokens();
}

#[tokio::test]
async fn reading_is_not_writing() {
    let server = Server::start().await;
    server.client().id("app").create().await;
    let reader = server.program("admin:clients:read").await;
    reader.get("/clients/app").await.expect_status(200);
    reader.get("/clients/app/usage").await.expect_status(200);
    reader.post("/clients", &json!({ "client_name": "New" })).await.expect_problem(403, "forbidden");
    reader.patch("/clients/app", &json!({ "client_name": "New" })).await.expect_problem(403, "forbidden");
    reader.post("/clients/app/secrets", &json!({})).await.expect_problem(403, "forbidden");
    reader.delete("/clients/app").await.expect_problem(403, "forbidden");
    let blind = server.program("admin:keys").await;
    blind.get("/clients").await.expect_problem(403, "forbidden");
}

/// A client manager sees and touches only what they own, at every page.
#[tokio::test]
async fn a_client_manager_has_only_their_own() {
    let server = Server::start().await;
    let manager = server.person_with_role("mia", Role::ClientManager).await;
    server.client().id("foreign").create().await;
    server.client().id("own").create().await;
    let owner = ClientMembers { owner: Some(manager.user.id.clone()), ..ClientMembers::default() };
    clients::update(&server.site.core, &operator(), "own", Expected::Any, owner).await.unwrap();

    let list = manager.opens("/admin/clients").await;
    assert!(list.text().contains("/admin/clients/own") && !list.text().contains("foreign"));
    for page in ["", "/edit", "/secrets", "/test"] {
        manager.opens(&format!("/admin/clients/own{page}")).await.expect_status(200);
        manager.opens(&format!("/admin/clients/foreign{page}")).await.expect_status(403);
    }
    let edit = manager.opens("/admin/clients/own/edit").await;
    for beyond in ["name=\"party\"", "name=\"owner\"", "resource_server"] {
        assert!(!edit.text().contains(beyond), "{beyond}");
    }
    // What the page does not offer is refused all the same.
    for (shown, field, value) in [
        ("party", "party", "first"),
        ("owner", "owner", "mia"),
        ("resource_server", "resource_server", "https://api.example"),
    ] {
        manager.opens("/admin/clients/own/edit").await;
        let mut form = manager.browser.page().forms().into_iter().find(|form| form.action.ends_with("/edit")).unwrap();
        form.hidden.retain(|(name, _)| name != "shown");
        let send = manager.browser.request(crate::harness::Method::POST, "/admin/clients/own/edit");
        let send = send.header("origin", &server.site.origin());
        let send = form.hidden.iter().fold(send, |send, (name, value)| send.and(name, value));
        send.and("shown", shown).and(field, value).await.expect_status(403);
    }
}

/// What a client manager registers is theirs.
#[tokio::test]
async fn a_client_manager_owns_what_they_make() {
    let server = Server::start().await;
    let manager = server.person_with_role("mia", Role::ClientManager).await;
    manager.opens("/admin/clients/new?kind=app").await.expect_status(200);
    let fields = [("name", "Mine"), ("client_id", "mine"), ("redirect_URI", "https://mine.example/cb")];
    manager.browser.submit_to("/admin/clients", &fields).await.expect_status(200);
    manager.opens("/admin/clients/mine").await.expect_status(200);
    let program = server.root_program().await;
    assert_eq!(program.get("/clients/mine").await.json()["owner"], manager.user.id.as_str());
    // Whoever suspends them sees what goes on.
    let access = server.admin().await.opens(&format!("/admin/users/{}/access", manager.user.id)).await;
    assert!(access.expect_status(200).text().contains("/admin/clients/mine"), "{}", access.text());
}

#[tokio::test]
async fn an_auditor_looks_and_changes_nothing() {
    let server = Server::start().await;
    server.client().id("app").create().await;
    let auditor = server.person_with_role("audra", Role::Auditor).await;
    let page = auditor.opens("/admin/clients/app").await;
    page.expect_status(200);
    assert!(!page.text().contains("/delete") && !page.text().contains("/edit"));
    auditor.opens("/admin/clients/app/secrets").await.expect_status(200);
    assert!(!auditor.browser.page().text().contains("Rotate"));
}

/// A client id that is used again: what was refused of the one before is not the new owner's to see, and what was
/// issued to it opens nothing.
#[tokio::test]
async fn an_id_that_is_used_again_is_another_client() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let before = server.client().id("again").service("admin:clients:read").create().await;
    let token = before.asks_for_itself().await.expect_tokens().access_token;
    before.with_secret("wrong").asks_for_itself().await.expect_refusal("invalid_client");
    program.delete("/clients/again").await.expect_status(204);
    server.advance(Seconds(1)).await;
    let manager = server.person_with_role("mia", Role::ClientManager).await;
    let after = server.client().id("again").service("admin:clients:read").create().await;
    let owner = ClientMembers { owner: Some(manager.user.id.clone()), ..ClientMembers::default() };
    clients::update(&server.site.core, &operator(), "again", Expected::Any, owner).await.unwrap();

    manager.opens("/admin/refused?q=again").await.expect_status(200);
    assert!(manager.browser.page().text().contains("Nothing was refused"), "{}", manager.browser.page().text());
    Program::new(&server.site, token).get("/clients").await.expect_problem(401, "invalid-token");
    // The same once more is the new one's own.
    after.with_secret("wrong").asks_for_itself().await.expect_refusal("invalid_client");
    let page = manager.opens("/admin/refused?q=again").await;
    assert!(page.text().contains("invalid_client"), "{}", page.text());
}

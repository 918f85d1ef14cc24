//! People at the console.

use serde_json::json;
use signet::domain::user::Role;

use super::super::{HOSTILE, is_silent_about, says};
use crate::harness::{COMIND, PASSWORD, Server};

#[tokio::test]
async fn an_administrator_makes_changes_and_deletes_an_account_by_hand() {
    let server = Server::start().await;
    let admin = server.admin().await;
    let new = [("email", "dora@example.com"), ("name", "Dora"), ("way", "password"), ("role", "member")];
    let again = admin.submits("/admin/users/new", "/admin/users", &[&new[..], &[("password", "short")]].concat()).await;
    again.expect_status(422);
    says(&again, "value=\"dora@example.com\"");
    let page = admin.browser.submit_to("/admin/users", &[&new[..], &[("password", PASSWORD)]].concat()).await;
    says(&page, "The account is made.");
    let id = page.url.path().rsplit('/').next().unwrap().to_owned();

    let fields = [
        ("name", "Dora D."),
        ("username", "dora"),
        ("email", "dora@example.com"),
        ("proved", "yes"),
        ("role", "auditor"),
        ("privilege", "audit\r\nbilling"),
        ("attribute", "seats=3"),
        ("locality", "Berlin"),
    ];
    let saved = admin.browser.submit_to(&id, &fields).await;
    says(&saved, "The account is saved.");
    let seen = server.root_program().await.get(&format!("/users/{id}")).await.json();
    assert_eq!((&seen["role"], &seen["attributes"]["seats"]), (&json!("auditor"), &json!(3)));
    assert_eq!((&seen["privileges"], &seen["address"]["locality"]), (&json!(["audit", "billing"]), &json!("Berlin")));
    let wrong = admin.browser.submit_to(&id, &[&fields[..6], &[("attribute", "no json")]].concat()).await;
    wrong.expect_status(422);

    let access = format!("/admin/users/{id}/access");
    says(&admin.submits(&access, "/status", &[]).await, "signed out everywhere");
    says(&admin.submits(&access, "/status", &[]).await, "may sign in again");
    says(&admin.submits(&access, "/delete", &[]).await, "is deleted");
    admin.opens(&access).await.expect_status(404);
}

#[tokio::test]
async fn a_stale_page_overwrites_nothing() {
    let server = Server::start().await;
    let (admin, alice) = (server.admin().await, server.user("alice").await);
    admin.opens(&format!("/admin/users/{}", alice.id)).await;
    let program = server.root_program().await;
    program.patch(&format!("/users/{}", alice.id), &json!({ "name": "Meanwhile" })).await.expect_status(200);
    let late = admin.browser.submit_to(&alice.id, &[("name", "Late"), ("username", "alice"), ("role", "member")]).await;
    late.expect_status(412);
    says(&late, "Somebody else has changed it");
}

#[tokio::test]
async fn a_client_manager_has_no_business_with_people() {
    let server = Server::start().await;
    let manager = server.person_with_role("manager", Role::ClientManager).await;
    let alice = server.user("alice").await;
    for path in ["/admin/users".to_owned(), format!("/admin/users/{}", alice.id)] {
        manager.opens(&path).await.expect_status(403);
    }
    is_silent_about(&manager.opens("/admin/scopes").await, "/admin/users");
}

/// Names, attributes, addresses of pictures and user agents come from strangers.
#[tokio::test]
async fn what_people_typed_stays_text() {
    let server = Server::start().await;
    let (admin, alice) = (server.admin().await, server.user("alice").await);
    let change = json!({ "name": HOSTILE, "given_name": HOSTILE, "attributes": { "note": HOSTILE }, "groups": [HOSTILE],
        "privileges": [HOSTILE], "organisation": { "name": HOSTILE } });
    let program = server.root_program().await;
    program.patch(&format!("/users/{}", alice.id), &change).await.expect_status(200);
    let login = json!({ "email": alice.email, "password": PASSWORD });
    let signed_in = server.site.posts(COMIND, "/auth/login", &login).header("user-agent", HOSTILE).await;
    signed_in.expect_status(200);
    let pages =
        ["/admin/users".to_owned(), format!("/admin/users/{}", alice.id), format!("/admin/users/{}/access", alice.id)];
    for path in pages {
        let page = admin.opens(&path).await;
        page.expect_status(200);
        for markup in ["<script>alert", "<img src=x"] {
            is_silent_about(&page, markup);
        }
    }
}

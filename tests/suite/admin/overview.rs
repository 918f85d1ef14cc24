//! The dashboard, refused requests and the audit log, at the REST API and at the console.

use serde_json::json;
use signet::domain::user::Role;

use super::{HOSTILE, is_silent_about, says};
use crate::harness::{Method, Server, cast};

#[tokio::test]
async fn the_dashboard_says_how_the_server_is() {
    let (server, app, alice) = cast().await;
    app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let page = server.admin().await.opens("/admin").await;
    page.expect_status(200);
    for words in ["Sign-ins today", "Signing key", "Letters waiting", "What the doctor says"] {
        says(&page, words);
    }
    let manager = server.person_with_role("manager", Role::ClientManager).await;
    is_silent_about(manager.opens("/admin").await.expect_status(200), "Sign-ins today");
}

/// What every administrator of other servers asks for: why it was refused, and what would have been right.
#[tokio::test]
async fn a_refused_redirect_uri_stands_beside_the_registered_one() {
    let (server, app, alice) = cast().await;
    let wrong = format!("{}/{HOSTILE}", app.redirect_uri);
    alice.asked_by(&app).with("redirect_uri", &wrong).await;
    let listed = server.program("admin:clients:read").await.get("/refused-requests").await;
    let refused = &listed.json()["items"][0];
    assert_eq!(
        (refused["client_id"].as_str(), refused["difference"]["member"].as_str()),
        (Some(app.id.as_str()), Some("redirect_uri"))
    );
    assert_eq!(refused["difference"]["registered"], json!([app.redirect_uri]));
    let admin = server.admin().await;
    let page = admin.opens("/admin/refused").await;
    says(&page, &app.redirect_uri);
    is_silent_about(&page, "<script>alert");
    says(&admin.opens("/admin/refused?q=nobody").await, "Nothing was refused");
}

/// A manager of clients sees why theirs fail, and not whose others do.
#[tokio::test]
async fn a_manager_sees_the_refusals_of_own_clients_only() {
    let (server, app, alice) = cast().await;
    let manager = server.person_with_role("manager", Role::ClientManager).await;
    let theirs = server.client().create().await;
    let owner = manager.user.id.clone();
    theirs.changes(|members| members.owner = Some(owner)).await;
    for client in [&app, &theirs] {
        alice.asked_by(client).with("redirect_uri", "https://wrong.example/cb").await;
    }
    let page = manager.opens("/admin/refused").await;
    says(&page, &theirs.id);
    is_silent_about(&page, &app.id);
}

#[tokio::test]
async fn what_administrators_do_stands_in_the_log_and_the_log_is_whole() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.submits("/admin/keys", "/admin/keys/rotate", &[]).await.expect_status(200);
    let page = admin.opens("/admin/audit?action=rotate_key").await;
    says(&page, &admin.user.id);
    is_silent_about(
        &admin.opens("/admin/audit?action=delete_user").await,
        &format!("<code class=\"clip\">{}", admin.user.id),
    );
    says(&admin.submits("/admin/audit", "/verify", &[]).await, "The log is whole");

    let auditor = server.program("admin:audit").await;
    let events = auditor.get("/audit-events?action=rotate_key").await.json();
    assert_eq!(events["items"].as_array().unwrap().len(), 1, "{events}");
    assert_eq!(events["items"][0]["actor"], admin.user.id);
    let verdict = auditor.get("/audit-events/verification").await.json();
    assert_eq!(verdict["finding"], "intact");
    let lines = auditor.get("/audit-events/export").await;
    lines.expect_status(200);
    assert!(lines.text().lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    auditor.get("/audit-events?outcome=perhaps").await.expect_problem(422, "unfit");
    auditor.get("/audit-events?from=tomorrow").await.expect_problem(422, "unfit");
}

#[tokio::test]
async fn the_log_is_for_those_who_may_read_it() {
    let server = Server::start().await;
    let manager = server.person_with_role("manager", Role::ClientManager).await;
    manager.opens("/admin/audit").await.expect_status(403);
    manager.opens("/admin/audit/export").await.expect_status(403);
    let program = server.program("admin:clients admin:users admin:keys").await;
    for path in ["/audit-events", "/audit-events/export", "/audit-events/verification"] {
        program.call(Method::GET, path).await.expect_problem(403, "forbidden");
    }
}

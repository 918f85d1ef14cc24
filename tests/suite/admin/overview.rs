//! The dashboard, refused requests and the audit log, at the REST API and at the console.

use serde_json::{Value, json};
use signet::{
    domain::{
        audit::{Action, Outcome},
        client::ClientStatus,
        user::Role,
    },
    services::audit::{self, Entry},
};

use super::{HOSTILE, is_silent_about, says};
use crate::harness::{Method, Server, cast, operator};

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

/// What cannot be the name of a client finds nothing; it is not the whole list.
#[tokio::test]
async fn a_name_that_no_client_can_have_finds_nothing() {
    let (server, app, alice) = cast().await;
    alice.asked_by(&app).with("redirect_uri", "https://wrong.example/cb").await;
    let program = server.program("admin:clients:read").await;
    for name in ["a%20b", "%E2%98%83", "usr_1"] {
        let found = program.get(&format!("/refused-requests?client_id={name}")).await.json();
        assert_eq!(found["items"], json!([]), "{name}");
    }
}

/// That a client is disabled is why its manager looks.
#[tokio::test]
async fn a_manager_sees_the_refusals_of_an_own_client_that_is_disabled() {
    let (server, app, alice) = cast().await;
    let manager = server.person_with_role("manager", Role::ClientManager).await;
    let owner = manager.user.id.clone();
    app.changes(|members| members.owner = Some(owner)).await;
    alice.asked_by(&app).with("redirect_uri", "https://wrong.example/cb").await;
    app.changes(|members| members.status = Some(ClientStatus::Disabled)).await;
    says(&manager.opens("/admin/refused").await, "https://<mark>wrong</mark>.example/cb");
}

/// Ids say nothing to people: an entry names them, and leads to them as long as they are there.
#[tokio::test]
async fn the_log_calls_people_by_their_names() {
    let (server, _app, alice) = cast().await;
    let admin = server.admin().await;
    let link = format!("<a href=\"/admin/users/{}\"><bdi>alice Example</bdi></a>", alice.id);
    says(&admin.opens("/admin/audit?action=create_user").await, &link);
    server.root_program().await.delete(&format!("/users/{}", alice.id)).await.expect_status(204);
    let page = admin.opens("/admin/audit?action=create_user").await;
    is_silent_about(&page, &link);
    says(&page, &alice.id);
}

/// A log that is longer than one part is downloaded whole, also where a filter leaves nothing of a part.
#[tokio::test]
async fn a_download_of_the_log_is_whole() {
    let server = Server::start().await;
    let admin = server.admin().await;
    admin.submits("/admin/keys", "/admin/keys/rotate", &[]).await.expect_status(200);
    fills(&server, 2_500).await;
    let lines = admin.opens("/admin/audit/export").await;
    assert_eq!(lines.header("content-type"), Some("application/jsonl"));
    assert!(lines.text().lines().count() > 2_500, "{}", lines.text().lines().count());
    let few = admin.opens("/admin/audit/export?action=send_reset&detail=last").await;
    assert_eq!(few.text().lines().count(), 1, "{}", few.text());
    admin.opens("/admin/audit/export?outcome=perhaps").await.expect_status(422);
}

/// So many entries, all chained; the last one says so.
async fn fills(server: &Server, entries: usize) {
    let core = server.site.core.clone();
    let work = move || {
        let entry = Entry::by_stranger(None, Action::SendReset, Outcome::Done, None);
        core.store
            .write(|db| (1..entries).try_for_each(|_| audit::record(&core, db, entry.clone())))
            .and_then(|()| core.store.write(|db| audit::record(&core, db, entry.clone().with("the last"))))
            .unwrap();
        while audit::is_due(&core).unwrap() {
            audit::chain(&core).unwrap();
        }
    };
    tokio::task::spawn_blocking(work).await.unwrap();
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
    assert!(lines.text().lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    auditor.get("/audit-events?outcome=perhaps").await.expect_problem(422, "unfit");
    auditor.get("/audit-events?from=tomorrow").await.expect_problem(422, "unfit");
}

/// Somebody may be called like one of the log's own words, and hides nobody by it.
#[tokio::test]
async fn a_user_who_is_called_operator_is_not_the_operator() {
    let server = Server::start().await;
    server.user("operator").await;
    let core = &server.site.core;
    signet::services::admin::groups::create(core, &operator(), "Übung").await.unwrap();
    let auditor = server.program("admin:audit:read").await;
    for query in ["actor=operator", "detail=%C3%9Cbung"] {
        let told = auditor.get(&format!("/audit-events?{query}")).await.expect_status(200).json();
        let made = |event: &&Value| event["action"] == "create_group" && event["actor"] == "operator";
        assert_eq!(told["items"].as_array().unwrap().iter().filter(made).count(), 1, "{query}: {told}");
    }
    auditor.get("/audit-events?actor=nobody").await.expect_problem(422, "unfit");
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

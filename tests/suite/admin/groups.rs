//! `/groups` and its pages.

use serde_json::{Value, json};
use signet::{
    domain::{ids::UserId, user::Role},
    services::admin::groups,
    store::users,
};

use crate::harness::{Method, Program, Server, TestUser, operator};

const WRITE: &str = "admin:users";

async fn made(program: &Program, name: &str) -> (String, String) {
    let answer = program.posts("/groups", json!({ "name": name })).await;
    let id = answer.expect_status(201).json()["id"].as_str().unwrap().to_owned();
    (format!("/groups/{id}"), answer.header("etag").unwrap().to_owned())
}

/// What products compare to know whether a token is out of date.
async fn version(user: &TestUser) -> i64 {
    let (core, id) = (user.site.core.clone(), UserId::parse(&user.id).unwrap());
    let read = move || core.store.read(|db| users::find_by_id(db, &id)).unwrap().unwrap().version;
    tokio::task::spawn_blocking(read).await.unwrap()
}

#[actix_web::test]
async fn a_group_is_made_found_renamed_and_deleted() {
    let server = Server::start().await;
    let program = server.program(WRITE).await;
    let (staff, edition) = made(&program, "staff").await;
    let (editors, _) = made(&program, "editors").await;
    program.posts("/groups", json!({ "name": "staff" })).await.expect_problem(409, "taken");
    let found = program.get("/groups?q=EDI").await.json();
    assert_eq!((&found["items"][0]["name"], &found["next"]), (&json!("editors"), &Value::Null));

    let rename = |name: &str| program.sends(Method::PATCH, &staff, &json!({ "name": name }));
    rename("editors").await.expect_problem(409, "taken");
    assert_eq!(rename("crew").header("if-match", &edition).await.expect_status(200).json()["name"], "crew");
    rename("team").header("if-match", &edition).await.expect_problem(412, "changed-meanwhile");
    program.calls(Method::DELETE, &staff).header("if-match", &edition).await.expect_problem(412, "changed-meanwhile");
    for bad in ["", "two\nlines"] {
        assert_eq!(rename(bad).await.expect_problem(422, "unfit")["member"], "name");
    }
    program.delete(&staff).await.expect_status(204);
    program.delete(&staff).await.expect_problem(404, "not-found");
    program.get(&editors).await.expect_status(200);
}

/// Coming, going, another name and the end of a group are each in the user's version.
#[actix_web::test]
async fn every_change_that_a_token_would_say_puts_up_the_version() {
    let server = Server::start().await;
    let (program, alice) = (server.program(WRITE).await, server.user("alice").await);
    let (staff, _) = made(&program, "staff").await;
    let members = format!("{staff}/members");
    let before = version(&alice).await;
    let member = program.posts(&members, json!({ "user": "alice" })).await.expect_status(201).json();
    assert_eq!(member["user"]["email"], alice.email);
    program.posts(&members, json!({ "user": alice.id })).await.expect_problem(409, "taken");
    assert_eq!(version(&alice).await, before + 1);
    assert_eq!(program.get(&members).await.json()["items"], json!([member]));
    program.sends(Method::PATCH, &staff, &json!({ "name": "crew" })).await.expect_status(200);
    assert_eq!(version(&alice).await, before + 2);
    let at = format!("{members}/{}", alice.id);
    program.delete(&at).await.expect_status(204);
    program.delete(&at).await.expect_problem(404, "not-found");
    assert_eq!(version(&alice).await, before + 3);
    program.posts(&members, json!({ "user": alice.id })).await.expect_status(201);
    program.delete(&staff).await.expect_status(204);
    assert_eq!(version(&alice).await, before + 5);
}

/// Who looks after people looks after no administrators; who only reads, changes nothing.
#[actix_web::test]
async fn the_scope_decides_who_changes_groups() {
    let server = Server::start().await;
    let (writer, reader) = (server.program(WRITE).await, server.program("admin:users:read").await);
    let root = server.administrator("root", Role::Admin).await;
    let (staff, _) = made(&writer, "staff").await;
    let members = format!("{staff}/members");
    writer.posts(&members, json!({ "user": root.id })).await.expect_problem(403, "forbidden");
    let id = staff.rsplit('/').next().unwrap();
    groups::add(&server.site.core, &operator(), id, &root.id).await.unwrap();
    let theirs = format!("{members}/{}", root.id);
    writer.delete(&theirs).await.expect_problem(403, "forbidden");
    assert_eq!(reader.get(&members).await.json()["items"][0]["user"]["username"], "root");
    for (method, path) in [(Method::DELETE, &theirs), (Method::DELETE, &staff)] {
        reader.calls(method, path).await.expect_problem(403, "forbidden");
    }
    reader.sends(Method::PATCH, &staff, &json!({ "name": "x" })).await.expect_problem(403, "forbidden");
    let nobody = server.program("admin:audit").await;
    nobody.get("/groups").await.expect_problem(403, "forbidden");
    nobody.get(&members).await.expect_problem(403, "forbidden");
}

#[actix_web::test]
async fn the_pages_make_a_group_and_look_after_its_members() {
    let server = Server::start().await;
    let (root, alice) = (server.administrator("root", Role::Admin).await, server.user("alice").await);
    let script = "<script>alert('1')</script>";
    assert!(root.opens("/admin/groups").await.text().contains("There is no group"));
    root.opens("/admin/groups/new").await.expect_status(200);
    let page = root.browser.submit(&[("name", script)]).await;
    let at = page.expect_status(200).url.path().to_owned();
    let added = root.browser.submit_to("/members", &[("user", "alice")]).await;
    assert!(added.expect_status(200).text().contains("alice Example"));
    let again = root.browser.submit_to("/members", &[("user", "alice")]).await;
    assert!(again.expect_status(409).text().contains("exists already"));
    let renamed = root.browser.submit_to(&at, &[("name", "<i>crew")]).await;
    assert!(renamed.expect_status(200).text().contains("&#60;i&#62;crew"));
    let removed = root.browser.submit_to(&format!("/members/{}/remove", alice.id), &[]).await;
    assert!(removed.expect_status(200).text().contains("Nobody is in it"));
    for page in [page, added, again, renamed] {
        assert!(!page.text().contains("<script>") && !page.text().contains("<i>"), "{}", page.url);
    }
    root.browser.submit_to(&format!("{at}/delete"), &[]).await.expect_status(200);
    root.opens(&at).await.expect_status(404);
}

/// By whichever door: the audit log names the group that was joined or left, and the role that was given.
#[actix_web::test]
async fn what_a_user_became_is_in_the_audit_log() {
    let server = Server::start().await;
    let (program, alice) = (server.root_program().await, server.user("alice").await);
    let path = format!("/users/{}", alice.id);
    for change in [
        json!({ "groups": ["staff", "crew"], "role": "auditor", "organisation": { "name": "Acme", "role": "admin" } }),
        json!({ "groups": ["crew"], "organisation": null }),
    ] {
        program.sends(Method::PATCH, &path, &change).await.expect_status(200);
    }
    let log = program.get("/audit-events").await.expect_status(200).json();
    let told: Vec<String> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| format!("{} {}", event["action"].as_str().unwrap(), event["detail"].as_str().unwrap_or_default()))
        .collect();
    let has = |action: &str, detail: &str| told.iter().any(|line| line.starts_with(action) && line.ends_with(detail));
    for (action, detail) in [
        ("create_group", " staff"),
        ("create_organisation", " Acme"),
        ("join_organisation", " Acme: admin"),
        ("leave_organisation", " Acme"),
        ("join_group", " staff"),
        ("join_group", " crew"),
        ("leave_group", " staff"),
        ("update_user", "role member to auditor"),
    ] {
        assert!(has(action, detail), "{action}{detail}: {told:?}");
    }
}

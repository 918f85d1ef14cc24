//! `/organisations` and its pages.

use serde_json::{Value, json};
use signet::{
    domain::{organisation::OrganisationRole, user::Role},
    services::admin::organisations,
};
use tokio::task::JoinSet;

use crate::harness::{Method, Program, Server, TestUser, operator};

const WRITE: &str = "admin:users";
const READ: &str = "admin:users:read";

/// An organisation of this name: its path, and its edition.
async fn made(program: &Program, name: &str) -> (String, String) {
    let answer = program.posts("/organisations", json!({ "name": name })).await;
    let id = answer.expect_status(201).json()["id"].as_str().unwrap().to_owned();
    assert!(answer.header("location").unwrap().ends_with(&format!("/admin/api/v1/organisations/{id}")));
    (format!("/organisations/{id}"), answer.header("etag").unwrap().to_owned())
}

async fn add(program: &Program, at: &str, user: &TestUser, role: &str) -> Value {
    let body = json!({ "user": user.email, "role": role });
    program.posts(&format!("{at}/members"), body).await.expect_status(201).json()
}

fn ids(list: &Value) -> Vec<String> {
    list["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn an_organisation_is_made_found_renamed_and_deleted() {
    let server = Server::start().await;
    let program = server.program(WRITE).await;
    let (acme, edition) = made(&program, " Acme Trading ").await;
    let (twin, _) = made(&program, "Acme Trading").await;
    let shown = program.get(&acme).await.expect_status(200).json();
    assert_eq!(shown["name"], "Acme Trading");
    assert_eq!((&shown["members"], &shown["directory"]), (&json!(0), &Value::Null));

    let first = program.get("/organisations?q=TRAD&limit=1").await.json();
    let next = first["next"].as_str().unwrap();
    let second = program.get(&format!("/organisations?q=TRAD&limit=1&after={next}")).await.json();
    let mut both = [ids(&first), ids(&second)].concat();
    both.sort();
    let mut wanted = [&acme, &twin].map(|at| at.strip_prefix("/organisations/").unwrap().to_owned());
    wanted.sort();
    assert_eq!((both.as_slice(), &second["next"]), (wanted.as_slice(), &Value::Null));

    let rename = |name: &str| program.sends(Method::PATCH, &acme, &json!({ "name": name }));
    let renamed = rename("Zeta").header("if-match", &edition).await;
    assert_eq!(renamed.expect_status(200).json()["name"], "Zeta");
    rename("Eta").header("if-match", &edition).await.expect_problem(412, "changed-meanwhile");
    for bad in ["", " ", "two\nlines", &"x".repeat(201)] {
        assert_eq!(rename(bad).await.expect_problem(422, "unfit")["member"], "name", "{bad}");
    }
    program.sends(Method::PATCH, &acme, &json!({ "nmae": "x" })).await.expect_problem(400, "malformed");
    program.delete(&acme).await.expect_status(204);
    program.delete(&acme).await.expect_problem(404, "not-found");
    program.get("/organisations/nonsense").await.expect_problem(404, "not-found");
}

#[actix_web::test]
async fn a_member_is_added_once_changes_roles_and_goes_and_the_account_stays() {
    let server = Server::start().await;
    let (program, alice) = (server.program(WRITE).await, server.user("alice").await);
    let (acme, edition) = made(&program, "Acme").await;
    let member = add(&program, &acme, &alice, "member").await;
    assert_eq!((&member["user"]["id"], &member["role"]), (&json!(alice.id), &json!("member")));
    let again = program.posts(&format!("{acme}/members"), json!({ "user": "alice", "role": "admin" })).await;
    again.expect_problem(409, "taken");
    let list = program.get(&format!("{acme}/members")).await.json();
    assert_eq!(list["items"], json!([member]), "a second wish changed what the first one made");

    let at = format!("{acme}/members/{}", alice.id);
    for _ in 0..2 {
        let changed = program.sends(Method::PUT, &at, &json!({ "role": "admin" })).await;
        assert_eq!(changed.expect_status(200).json()["role"], "admin");
    }
    let stale = program.calls(Method::DELETE, &acme).header("if-match", &edition).await;
    stale.expect_problem(412, "changed-meanwhile");
    program.delete(&at).await.expect_status(204);
    program.delete(&at).await.expect_problem(404, "not-found");
    program.sends(Method::PUT, &at, &json!({ "role": "admin" })).await.expect_problem(404, "not-found");
    program.posts(&format!("{acme}/members"), json!({ "user": "nobody" })).await.expect_problem(404, "not-found");

    add(&program, &acme, &alice, "admin").await;
    program.delete(&acme).await.expect_status(204);
    alice.browser.signs_in(&alice).await;
}

#[actix_web::test]
async fn of_20_who_add_the_same_member_one_does() {
    let server = Server::start().await;
    let (program, alice) = (server.program(WRITE).await, server.user("alice").await);
    let (acme, _) = made(&program, "Acme").await;
    let path = format!("{acme}/members");
    let mut adds = JoinSet::new();
    for _ in 0..20 {
        let request = program.sends(Method::POST, &path, &json!({ "user": alice.id }));
        adds.spawn(async move { request.await.status });
    }
    let statuses = adds.join_all().await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 19, "{statuses:?}");
}

/// Who looks after people looks after no administrators; who only reads, changes nothing.
#[actix_web::test]
async fn the_scope_decides_who_changes_organisations() {
    let server = Server::start().await;
    let (writer, reader) = (server.program(WRITE).await, server.program(READ).await);
    let (clients, root) = (server.program("admin:clients").await, server.administrator("root", Role::Admin).await);
    let (acme, _) = made(&writer, "Acme").await;
    let members = format!("{acme}/members");
    writer.posts(&members, json!({ "user": root.id })).await.expect_problem(403, "forbidden");
    organisations::add(
        &server.site.core,
        &operator(),
        acme.rsplit('/').next().unwrap(),
        &root.id,
        OrganisationRole::Member,
    )
    .await
    .unwrap();
    let theirs = format!("{members}/{}", root.id);
    writer.delete(&theirs).await.expect_problem(403, "forbidden");
    writer.sends(Method::PUT, &theirs, &json!({ "role": "admin" })).await.expect_problem(403, "forbidden");
    reader.get(&acme).await.expect_status(200);
    assert_eq!(reader.get(&members).await.json()["items"][0]["user"]["username"], "root");
    reader.posts("/organisations", json!({ "name": "x" })).await.expect_problem(403, "forbidden");
    reader.posts(&members, json!({ "user": "root" })).await.expect_problem(403, "forbidden");
    reader.delete(&theirs).await.expect_problem(403, "forbidden");
    reader.delete(&acme).await.expect_problem(403, "forbidden");
    for path in ["/organisations", &acme, &members] {
        clients.get(path).await.expect_problem(403, "forbidden");
    }
}

/// What people type is text wherever it is shown.
#[actix_web::test]
async fn the_pages_make_an_organisation_and_look_after_its_members() {
    let server = Server::start().await;
    let (root, alice) = (server.administrator("root", Role::Admin).await, server.user("alice").await);
    let script = "<script>alert('1')</script>";
    let empty = root.opens("/admin/organisations").await;
    assert!(empty.text().contains("There is no organisation") && empty.text().contains("/admin/organisations/new"));

    root.opens("/admin/organisations/new").await.expect_status(200);
    let refused = root.browser.submit(&[("name", "  ")]).await;
    assert!(refused.expect_status(422).text().contains("Name: is empty."));
    assert!(refused.text().contains("aria-invalid"), "the field is not marked");
    let page = root.browser.submit(&[("name", script)]).await;
    assert!(page.expect_status(200).text().contains("is made"), "{}", page.text());
    let at = page.url.path().to_owned();

    let refused = root.browser.submit_to("/members", &[("user", "<b>nobody"), ("role", "admin")]).await;
    assert!(refused.expect_status(404).text().contains("There is no user"));
    assert!(refused.text().contains("value=\"&#60;b&#62;nobody\""), "what was typed is lost");
    let added = root.browser.submit_to("/members", &[("user", "alice@example.com"), ("role", "member")]).await;
    assert!(added.expect_status(200).text().contains("alice Example"));
    let member = format!("/members/{}", alice.id);
    let changed = root.browser.submit_to(&member, &[]).await;
    assert!(changed.expect_status(200).text().contains("Make member"), "{}", changed.text());
    let removed = root.browser.submit_to(&format!("{member}/remove"), &[]).await;
    assert!(removed.expect_status(200).text().contains("Nobody belongs to it"));

    let list = root.opens("/admin/organisations?q=scr").await;
    for page in [page, refused, added, list] {
        assert!(!page.text().contains("<script>") && page.text().contains("&#60;script&#62;"), "{}", page.url);
    }
    root.opens(&at).await;
    let gone = root.browser.submit_to(&format!("{at}/delete"), &[]).await;
    assert!(gone.expect_status(200).text().contains("is deleted"));
    root.opens(&at).await.expect_status(404);
}

#[actix_web::test]
async fn a_page_that_is_out_of_date_renames_and_deletes_nothing() {
    let server = Server::start().await;
    let root = server.administrator("root", Role::Admin).await;
    root.opens("/admin/organisations/new").await;
    let old = root.browser.submit(&[("name", "Acme")]).await;
    let at = old.url.path().to_owned();
    root.browser.submit_to(&at, &[("name", "Zeta")]).await.expect_status(200);
    for action in [at.clone(), format!("{at}/delete")] {
        let form = old.forms().into_iter().find(|form| form.action == action).unwrap();
        let empty = root.browser.request(Method::POST, &form.action).header("origin", &server.site.origin());
        let stale = form.hidden.iter().fold(empty, |request, (name, value)| request.and(name, value));
        stale.with("name", "Eta").await.expect_status(412);
    }
    assert!(root.opens(&at).await.text().contains("Zeta"));
}

/// An auditor sees everything and is offered nothing; a client manager sees nothing of people.
#[actix_web::test]
async fn a_role_sees_what_it_may_and_sends_nothing_else() {
    let server = Server::start().await;
    let auditor = server.administrator("audrey", Role::Auditor).await;
    let manager = server.administrator("max", Role::ClientManager).await;
    let (made, _) = made(&server.program(WRITE).await, "Acme").await;
    let page = auditor.opens(&format!("/admin{made}")).await;
    assert!(page.expect_status(200).text().contains("Acme") && page.forms().is_empty(), "{}", page.text());
    manager.opens("/admin/organisations").await.expect_status(403);
}

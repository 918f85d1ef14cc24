//! `/users` of the REST API.

use serde_json::json;

use crate::harness::{COMIND, PASSWORD, Server};

#[tokio::test]
async fn a_program_makes_changes_and_deletes_an_account() {
    let server = Server::start().await;
    let program = server.program("admin:users").await;
    let body = json!({
        "email": "Dora@Example.com", "email_verified": true, "password": "correct horse battery",
        "name": "Dora", "zoneinfo": "Europe/Berlin", "address": { "locality": "Berlin", "country": "Germany" }
    });
    let made = program.post("/users", &body).await;
    let dora = made.expect_status(201).json();
    assert_eq!(
        (&dora["email"], &dora["role"], &dora["status"]),
        (&json!("dora@example.com"), &json!("member"), &json!("active"))
    );
    program.post("/users", &body).await.expect_problem(409, "taken");
    let path = format!("/users/{}", dora["id"].as_str().unwrap());
    assert!(made.header("location").unwrap().ends_with(&path));

    let change = json!({
        "given_name": "Dora", "name": null, "address": { "locality": null, "street_address": "1 Way" },
        "privileges": ["audit", " audit"], "groups": ["staff"], "attributes": { "seats": 3 },
        "organisation": { "name": "Acme", "role": "admin" }
    });
    let changed = program.patch(&path, &change).if_match(&made).await;
    let now = changed.expect_status(200).json();
    assert_eq!(now["name"], json!(null));
    assert_eq!(now["given_name"], "Dora");
    assert_eq!(now["zoneinfo"], "Europe/Berlin", "what is not named stays");
    assert_eq!(now["address"]["country"], "Germany");
    assert_eq!(now["address"]["locality"], json!(null));
    assert_eq!(now["address"]["street_address"], "1 Way");
    assert_eq!((&now["privileges"], &now["groups"]), (&json!(["audit"]), &json!(["staff"])));
    assert_eq!((&now["attributes"]["seats"], &now["organisation"]["role"]), (&json!(3), &json!("admin")));

    let taken_away = json!({ "attributes": { "seats": null }, "organisation": null, "groups": [], "privileges": [] });
    let bare = program.patch(&path, &taken_away).await.expect_status(200).json();
    assert_eq!((&bare["attributes"], &bare["organisation"], &bare["groups"]), (&json!({}), &json!(null), &json!([])));
    assert_eq!(bare["given_name"], "Dora");

    program.patch(&path, &json!({ "name": "Late" })).if_match(&made).await.expect_problem(412, "changed-meanwhile");
    program.delete(&path).if_match(&made).await.expect_problem(412, "changed-meanwhile");
    program.delete(&path).await.expect_status(204);
    program.get(&path).await.expect_problem(404, "not-found");
}

/// What applications are told about people is what a page can show.
#[tokio::test]
async fn what_is_no_profile_is_refused() {
    let server = Server::start().await;
    let (program, alice) = (server.program("admin:users").await, server.user("alice").await);
    let path = format!("/users/{}", alice.id);
    let lines = json!({ "address": { "formatted": "1 Way\nBerlin" }, "picture": "https://a.example/me.png?s=1" });
    let shown = program.patch(&path, &lines).await.expect_status(200).json();
    assert_eq!(
        (&shown["address"]["formatted"], &shown["picture"]),
        (&lines["address"]["formatted"], &lines["picture"])
    );
    for formatted in ["a\u{0}b", "a\u{202e}b", "a\rb", &"a".repeat(1001)] {
        let change = json!({ "address": { "formatted": formatted } });
        program.patch(&path, &change).await.expect_problem(422, "unfit");
        let new = json!({ "email": "new@example.com", "address": { "formatted": formatted } });
        program.post("/users", &new).await.expect_problem(422, "unfit");
    }
    for picture in ["http://a.example/me.png", "https://u:p@a.example/x", "https://a.example/#x", "https://"] {
        program.patch(&path, &json!({ "picture": picture })).await.expect_problem(422, "unfit");
    }
    for change in [json!({ "address": ["1 Way"] }), json!({ "organisation": ["Acme"] }), json!({ "address": "1 Way" })]
    {
        program.patch(&path, &change).await.expect_problem(400, "malformed");
    }
    let new = json!({ "email": "new@example.com", "address": ["1 Way"] });
    program.post("/users", &new).await.expect_problem(400, "malformed");
    for (member, value) in [("groups", json!(["grp_0069216f0000010203040506070809"])), ("groups", json!(["a\u{3164}"]))]
    {
        program.patch(&path, &json!({ member: value })).await.expect_problem(422, "unfit");
    }
}

#[tokio::test]
async fn people_are_found_by_name_status_and_role_and_by_pages() {
    let server = Server::start().await;
    let program = server.root_program().await;
    let alice = server.user("alice").await;
    for name in ["bob", "carol"] {
        server.user(name).await;
    }
    server.admin().await;
    alice.is_suspended().await;
    let ids = |query: &str| {
        let (program, path) = (program.clone(), format!("/users?{query}"));
        async move {
            let json = program.get(&path).await.expect_status(200).json();
            let names = json["items"].as_array().unwrap().iter().map(|one| one["preferred_username"].clone());
            (names.collect::<Vec<_>>(), json["next"].clone())
        }
    };
    assert_eq!(ids("status=suspended").await.0, ["alice"]);
    assert_eq!(ids("role=admin").await.0, ["root"]);
    assert_eq!(ids("q=bob").await.0, ["bob"]);
    let (mut all, next) = ids("limit=3").await;
    let (rest, end) = ids(&format!("limit=3&after={}", next.as_str().unwrap())).await;
    assert_eq!((all.len(), rest.len(), end), (3, 1, json!(null)));
    all.extend(rest);
    all.sort_by_key(|name| name.as_str().map(str::to_owned));
    assert_eq!(all, ["alice", "bob", "carol", "root"]);
    let (narrowed, _) = ids("q=example.com&role=admin&limit=1").await;
    assert_eq!(narrowed, ["root"], "who is left out takes nobody's place");
    program.get("/users?status=gone").await.expect_problem(422, "unfit");
    program.get("/users?limit=0").await.expect_problem(400, "malformed");
}

/// Tokens and sessions end; who is let in again signs in anew.
#[tokio::test]
async fn suspending_ends_what_there_was_and_activating_lets_in_anew() {
    let server = Server::start().await;
    let program = server.program("admin:users").await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let path = format!("/users/{}", alice.id);
    let sessions = program.get(&format!("{path}/sessions")).await.json();
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);

    for _ in 0..2 {
        let suspended = program.post(&format!("{path}/suspend"), &json!({})).await;
        assert_eq!(suspended.expect_status(200).json()["status"], "suspended", "it is idempotent");
    }
    assert_eq!(program.get(&format!("{path}/sessions")).await.json()["items"], json!([]));
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    program.post(&format!("{path}/activate"), &json!({})).await.expect_status(200);
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    assert_eq!(alice.browser.get("/account").await.url.path(), "/login");
    app.redeems(&alice.approves(&app).await).await.expect_tokens();

    let disabled = program.post(&format!("{path}/disable"), &json!({})).await;
    assert_eq!(disabled.expect_status(200).json()["status"], "disabled");
    server.site.tries(COMIND, &alice.email, PASSWORD).await.expect_status(403);
}

#[tokio::test]
async fn sessions_and_consents_are_shown_and_ended() {
    let server = Server::start().await;
    let program = server.program("admin:users").await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    let other = server.user("bob").await;
    let tokens = app.redeems(&alice.approves(&app).await).await.expect_tokens();
    let path = format!("/users/{}", alice.id);
    let consents = program.get(&format!("{path}/consents")).await.json();
    assert_eq!(consents["items"][0]["client_id"], app.id.as_str());
    let session = program.get(&format!("{path}/sessions")).await.json()["items"][0]["id"].as_str().unwrap().to_owned();

    let foreign = format!("/users/{}/sessions/{session}", other.id);
    program.delete(&foreign).await.expect_problem(404, "not-found");
    program.delete(&format!("{path}/consents/{}", app.id)).await.expect_status(204);
    program.delete(&format!("{path}/consents/{}", app.id)).await.expect_problem(404, "not-found");
    app.refreshes(tokens.refresh()).await.expect_refusal("invalid_grant");
    program.delete(&format!("{path}/sessions/{session}")).await.expect_status(204);
    program.delete(&format!("{path}/sessions")).await.expect_status(204);
    assert_eq!(alice.browser.get("/account").await.url.path(), "/login");
}

#[tokio::test]
async fn a_reset_letter_goes_to_the_user() {
    let server = Server::start().await;
    let program = server.program("admin:users").await;
    let alice = server.user("alice").await;
    program.post(&format!("/users/{}/password-reset", alice.id), &json!({})).await.expect_status(204);
    assert!(server.letter_to(&alice.email).await.link().contains("/account/reset?token="));
    program.post(&format!("/users/{}/invitation", alice.id), &json!({})).await.expect_problem(422, "unfit");
    let weak = program.put(&format!("/users/{}/password", alice.id), &json!({ "password": "password" })).await;
    weak.expect_problem(422, "unfit");
    let set = json!({ "password": "a new password of hers" });
    program.put(&format!("/users/{}/password", alice.id), &set).await.expect_status(204);
    assert_eq!(server.letter_to(&alice.email).await.subject, "Your password was changed");
    server.site.tries(COMIND, &alice.email, "a new password of hers").await.expect_status(200);
}

/// An address is proved by the administrator's word, or waits for its letter; the old one is told.
#[tokio::test]
async fn an_address_is_proved_or_waits() {
    let server = Server::start().await;
    let program = server.program("admin:users").await;
    let alice = server.user("alice").await;
    let path = format!("/users/{}", alice.id);
    let waits = json!({ "email": "later@example.com", "email_verified": false });
    let json = program.patch(&path, &waits).await.expect_status(200).json();
    assert_eq!((&json["email"], &json["pending_email"]), (&json!(alice.email), &json!("later@example.com")));
    server.letter_to("later@example.com").await.code();
    let json = program.patch(&path, &json!({ "email": "new@example.com" })).await.expect_status(200).json();
    assert_eq!((&json["email"], &json["email_verified"]), (&json!("new@example.com"), &json!(true)));
    assert_eq!(json["pending_email"], json!(null), "the letter before opens nothing any more");
    assert_eq!(server.letter_to(&alice.email).await.subject, "Your e-mail address was changed");
}

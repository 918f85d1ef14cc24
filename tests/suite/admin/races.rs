//! Two administrators in one moment, at what is everybody's.

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::harness::{Answer, Call, Program, Server};

const MANY: usize = 20;

async fn all(calls: impl Iterator<Item = Call>) -> Vec<Answer> {
    calls.map(IntoFuture::into_future).collect::<JoinSet<_>>().join_all().await
}

/// What one makes, which member another one changes, and where it stands.
async fn made(program: &Program) -> Vec<(String, &'static str, Answer)> {
    let mut made = Vec::new();
    for (path, body, member) in [
        ("/groups", json!({ "name": "staff" }), "name"),
        ("/organisations", json!({ "name": "Acme" }), "name"),
        ("/scopes", json!({ "name": "api:read", "description": "Read" }), "description"),
        ("/resources", json!({ "identifier": "https://api.example", "name": "API" }), "name"),
    ] {
        let answer = program.post(path, &body).await;
        let location = answer.expect_status(201).header("location").unwrap();
        let (_, below) = location.split_once("/admin/api/v1").unwrap();
        made.push((below.to_owned(), member, answer));
    }
    made
}

/// RFC 9110 §13.1.1: of 20 changes of one edition one goes through, and what is deleted is what was seen.
#[tokio::test]
async fn of_many_changes_of_one_edition_one_wins() {
    let server = Server::start().await;
    let program = server.root_program().await;
    for (path, member, seen) in made(&program).await {
        let change = |n: usize| program.patch(&path, &json!({ member: format!("Name {n}") })).if_match(&seen);
        let answers = all((0..MANY).map(change)).await;
        let won: Vec<Value> =
            answers.iter().filter(|answer| answer.status == 200).map(|answer| answer.json()[member].clone()).collect();
        assert_eq!(won.len(), 1, "{path}");
        assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), MANY - 1, "{path}");
        let now = program.get(&path).await;
        assert_eq!(now.json()[member], won[0], "{path}");

        let ends = program.delete(&path).if_match(&now);
        let change = program.patch(&path, &json!({ member: "Last" })).if_match(&now);
        let answers = all([ends, change].into_iter()).await;
        let done = answers.iter().filter(|answer| answer.status == 200 || answer.status == 204).count();
        assert_eq!(done, 1, "{path}: {:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
    }
}

/// Who deletes a person, and who changes or deletes a group that the person is in, do not end each other's work.
#[tokio::test]
async fn a_person_goes_while_the_groups_of_the_person_change() {
    let server = Server::start().await;
    let program = server.root_program().await;
    for round in 0..MANY {
        let group = program.posts("/groups", json!({ "name": format!("staff{round}") })).await.json();
        let path = format!("/groups/{}", group["id"].as_str().unwrap());
        let mut calls = vec![program.delete(&path)];
        for n in 0..4 {
            let email = format!("p{round}x{n}@example.com");
            let new = json!({ "email": email, "email_verified": true, "password": "correct horse battery" });
            let user = format!("/users/{}", program.posts("/users", new).await.json()["id"].as_str().unwrap());
            if n % 2 == 0 {
                program.posts(&format!("{path}/members"), json!({ "user": email })).await.expect_status(201);
            }
            calls.push(program.post(&format!("{path}/members"), &json!({ "user": email })));
            calls.push(program.patch(&user, &json!({ "groups": [format!("crew{round}")] })));
            calls.push(program.delete(&user));
        }
        for answer in all(calls.into_iter()).await {
            assert!([200, 201, 204, 404, 409].contains(&answer.status), "{answer:?}");
        }
    }
}

/// A scope of a resource that is gone would fit every audience.
#[tokio::test]
async fn a_resource_goes_or_gets_a_scope() {
    let server = Server::start().await;
    let program = server.root_program().await;
    for n in 0..MANY {
        let identifier = format!("https://{n}.example");
        program.posts("/resources", json!({ "identifier": identifier, "name": "API" })).await.expect_status(201);
        let path = format!("/resources/https%3A%2F%2F{n}.example");
        let scope = json!({ "name": format!("api:{n}"), "description": "Read", "resource": identifier });
        let answers = all([program.delete(&path), program.post("/scopes", &scope)].into_iter()).await;
        let mut statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
        statuses.sort_unstable();
        assert!(matches!(statuses[..], [201, 422] | [204, 404 | 422]), "{statuses:?}");
    }
}

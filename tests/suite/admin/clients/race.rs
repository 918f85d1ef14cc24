//! Two administrators do not overwrite each other.

use serde_json::json;
use tokio::task::JoinSet;

use crate::harness::Server;

const MANY: usize = 20;

/// RFC 9110 §13.1.1: of 20 changes of one edition one goes through.
#[tokio::test]
async fn of_many_changes_of_one_edition_one_wins() {
    let server = Server::start().await;
    let program = server.root_program().await;
    server.client().id("app").create().await;
    let seen = program.get("/clients/app").await;
    let change = |n: usize| {
        let body = json!({ "client_name": format!("Name {n}") });
        program.patch("/clients/app", &body).if_match(&seen).into_future()
    };
    let answers = (0..MANY).map(change).collect::<JoinSet<_>>().join_all().await;
    let won: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(won.len(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 412).count(), MANY - 1);
    assert_eq!(program.get("/clients/app").await.json()["client_name"], won[0].json()["client_name"]);
}

/// However many rotate at once, two secrets are good at most.
#[tokio::test]
async fn parallel_rotations_leave_two_secrets() {
    let server = Server::start().await;
    let program = server.root_program().await;
    server.client().id("svc").service("").create().await;
    let rotate = |_| program.post("/clients/svc/secrets", &json!({})).into_future();
    for answer in (0..MANY).map(rotate).collect::<JoinSet<_>>().join_all().await {
        answer.expect_status(201);
    }
    assert_eq!(program.get("/clients/svc/secrets").await.json()["items"].as_array().unwrap().len(), 2);
}

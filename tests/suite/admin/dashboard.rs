//! The status at the REST API, and the dashboard for each of its readers.

use signet::domain::user::Role;

use super::{is_silent_about, says};
use crate::harness::{Server, cast};

/// Each part of it is for its scope.
#[tokio::test]
async fn a_program_is_told_the_parts_of_its_scopes() {
    let server = Server::start().await;
    for (scope, parts) in [
        ("admin:clients:read", ["refused_requests", "traffic"].as_slice()),
        ("admin:users:read", ["people", "providers"].as_slice()),
        ("admin:keys:read", ["key"].as_slice()),
        ("admin:audit:read", ["storage", "warnings"].as_slice()),
    ] {
        let status = server.program(scope).await.get("/status").await.expect_status(200).json();
        let given: Vec<_> = status.as_object().unwrap().iter().filter(|(_, part)| !part.is_null()).collect();
        let mut given: Vec<_> = given.into_iter().map(|(name, _)| name.as_str()).collect();
        given.sort_unstable();
        assert_eq!(given, parts, "{scope}");
    }
    server.program("read:projects").await.get("/status").await.expect_problem(403, "forbidden");
}

#[tokio::test]
async fn what_happens_is_counted() {
    let (server, app, alice) = cast().await;
    let program = server.root_program().await;
    let before = program.get("/status").await.json();
    app.redeems(&alice.approves(&app).await).await.expect_tokens();
    alice.asked_by(&app).with("redirect_uri", "https://wrong.example/cb").await;
    let after = program.get("/status").await.json();
    let more =
        |part: &str, member: &str| after[part][member].as_i64().unwrap() - before[part][member].as_i64().unwrap();
    assert_eq!((more("traffic", "grants"), more("traffic", "tokens_today")), (1, 1));
    assert_eq!((more("people", "logins"), more("people", "sessions")), (1, 1));
    assert_eq!(after["refused_requests"], 1);
    assert!(after["key"]["next_at"].as_str() > after["key"]["signs_from"].as_str());
    assert!(after["storage"]["database_bytes"].as_i64().unwrap() > 50_000);
}

#[tokio::test]
async fn each_role_has_its_tiles() {
    let server = Server::start().await;
    let auditor = server.person_with_role("audrey", Role::Auditor).await.opens("/admin").await;
    for words in ["Users", "Token answers today", "Signing key", "Letters waiting", "What the doctor says"] {
        says(auditor.expect_status(200), words);
    }
    let manager = server.person_with_role("manager", Role::ClientManager).await.opens("/admin").await;
    says(manager.expect_status(200), "Refused requests");
    for words in ["Token answers today", "Signing key", "Letters waiting", "What the doctor says"] {
        is_silent_about(&manager, words);
    }
}

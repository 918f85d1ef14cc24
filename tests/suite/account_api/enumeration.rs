//! Existing and unknown accounts cannot be told apart: not by status, body or headers, and not by time. Contracts README, 2.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use signet::config::Settings;

use super::golden::redacted;
use crate::harness::{Answer, COMIND, CONTRACTS, PASSWORD, Request, Server};

/// Calls of each kind, one of each after the other, so that a busy machine slows down both.
const CALLS: usize = 60;

/// Whatever an observer sees, but for the address that was sent and what no two answers share.
fn seen(server: &Server, answer: &Answer, address: &str) -> (u16, BTreeMap<String, String>, Value) {
    let volatile = ["x-request-id", "date"];
    let headers = answer.headers.iter().filter(|(name, _)| !volatile.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    let body = serde_json::from_str(&answer.text().replace(address, "<address>")).unwrap();
    (answer.status, headers, redacted(&body, server.now()))
}

fn resets(server: &Server, address: &str) -> Request {
    server.site.posts(COMIND, "/auth/password-reset-request", &json!({ "email": address }))
}

fn registers(server: &Server, address: &str) -> Request {
    let body = json!({"email": address, "password": "secure_password", "name": "User Name"});
    server.site.posts(COMIND, "/auth/register", &body)
}

fn confirms(server: &Server, address: &str) -> Request {
    server.site.posts(COMIND, "/auth/confirm", &json!({"email": address, "code": "123456"}))
}

#[tokio::test]
async fn an_unknown_account_is_answered_as_an_existing_one() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    // As long as Alice's, so that lengths could not tell either.
    let nobody = "caren@example.com";
    assert_eq!(alice.email.len(), nobody.len());
    let same = |existing: &Answer, unknown: &Answer| {
        assert_eq!(seen(&server, existing, &alice.email), seen(&server, unknown, nobody));
    };
    for contract in CONTRACTS {
        for (existing, unknown) in [(alice.email.as_str(), nobody), ("alice", "caren")] {
            let wrong = server.site.tries(contract, existing, "wrong-password").await;
            same(&wrong, &server.site.tries(contract, unknown, "wrong-password").await);
            assert_eq!(wrong.status, 401);
        }
    }
    same(&resets(&server, &alice.email).await, &resets(&server, nobody).await);
    same(&confirms(&server, &alice.email).await, &confirms(&server, nobody).await);
    same(&registers(&server, &alice.email).await, &registers(&server, nobody).await);
    server.site.signs_in(COMIND, &alice.email, PASSWORD).await;
    let letter = server.letter_to(&alice.email).await;
    assert_eq!(letter.code, None, "the owner gets another letter: {letter:?}");
}

/// What argon2 costs here is most of what a sign-in takes, as on a real server.
fn realistic(settings: &mut Settings) {
    settings.passwords.memory_kib = 12 * 1024;
    settings.passwords.iterations = 2;
}

async fn took(request: Request) -> Duration {
    let begun = Instant::now();
    request.await;
    begun.elapsed()
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A password's hash is ten times the rest: half more is noise.
const HASHED: f64 = 1.5;

/// Without a hash, one letter more or less is a quarter of the work.
const PLAIN: f64 = 1.15;

/// The medians of two kinds of calls lie within this factor of each other. A machine that is busy in between is measured
/// again; work that is missing would show each time.
async fn expect_alike(
    what: &str,
    factor: f64,
    mut existing: impl FnMut(usize) -> Request,
    mut unknown: impl FnMut(usize) -> Request,
) {
    let mut measured = Vec::new();
    for round in 0..5 {
        let (mut of_existing, mut of_unknown) = (Vec::new(), Vec::new());
        for call in 0..CALLS {
            let number = round * CALLS + call;
            of_existing.push(took(existing(number)).await);
            of_unknown.push(took(unknown(number)).await);
        }
        let medians = (median(of_existing), median(of_unknown));
        let ratio = medians.0.as_secs_f64() / medians.1.as_secs_f64();
        if (1.0 / factor..factor).contains(&ratio) {
            return;
        }
        measured.push(medians);
    }
    panic!("{what}: an existing account takes another time than an unknown one: {measured:?}");
}

#[tokio::test]
async fn a_wrong_password_takes_as_long_as_an_unknown_name() {
    let server = Server::documented_with(realistic).await;
    let alice = server.user("alice").await;
    for contract in CONTRACTS {
        let tries = |name: &str| server.site.tries(contract, name, "wrong-password");
        let unknown = |number| tries(&format!("nobody{number}@example.com"));
        expect_alike(contract.name, HASHED, |_| tries(&alice.email), unknown).await;
    }
}

#[tokio::test]
async fn a_registration_takes_as_long_where_the_address_is_taken() {
    let server = Server::documented_with(realistic).await;
    let alice = server.user("alice").await;
    let unknown = |number| registers(&server, &format!("new{number}@example.com"));
    expect_alike("register", HASHED, |_| registers(&server, &alice.email), unknown).await;
}

#[tokio::test]
async fn a_request_for_a_reset_takes_as_long_for_an_unknown_address() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let unknown = |number| resets(&server, &format!("nobody{number}@example.com"));
    expect_alike("reset", PLAIN, |_| resets(&server, &alice.email), unknown).await;
}

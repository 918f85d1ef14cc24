//! What every contract refuses, each in its own shape: {code, message}, or a sentence.

use crate::harness::operator;
use std::net::TcpListener;

use serde_json::{Value, json};
use signet::{
    config::{
        directories::DirectorySettings,
        limits::{Free, Tries},
    },
    domain::user::UserStatus,
    services::admin::users,
};

use crate::{
    durability::wire::Busy,
    harness::{Answer, CLASSIC, CODITECT, COMIND, CONTRACTS, Contract, DATIX, Method, PASSWORD, Request, Server},
};

/// The contract's shape for a refusal.
fn said(contract: &Contract, code: &str, message: &str) -> Value {
    match contract.name {
        "coditect" => json!({"error": {"code": code, "message": message}}),
        "classic" => json!({"error": message}),
        _ => json!({"error": code, "message": message}),
    }
}

/// The whole of a refusal: status, members, and headers that belong to the status.
#[track_caller]
pub(super) fn expect_refused(contract: &Contract, answer: &Answer, status: u16, code: &str, message: &str) {
    let body = answer.expect_private_json().json();
    assert_eq!((answer.status, &body), (status, &said(contract, code, message)), "{}", contract.name);
    let challenge = (status == 401).then_some("Bearer");
    assert_eq!(answer.header("www-authenticate"), challenge, "{}: RFC 6750 §3", contract.name);
    let later = answer.header("retry-after").map(|seconds| seconds.parse::<u32>().unwrap() > 0);
    assert_eq!(later, [429, 503].contains(&status).then_some(true), "{}", contract.name);
}

/// 400 and 415: the body is never quoted, for it may hold a password.
#[tokio::test]
async fn a_body_that_is_none_is_refused_without_quoting_it() {
    let server = Server::documented().await;
    for contract in CONTRACTS {
        let name = contract.login_name;
        let typed = format!("{{\"{name}\": \"a@example.com\", \"password\": {{\"hunter2\": 1}}}}");
        let answer = server.site.calls(contract, Method::POST, "/auth/login").raw("application/json", typed).await;
        assert!(!answer.text().contains("hunter2"), "{}", answer.text());
        let message = "The value of password is not one that it takes";
        expect_refused(contract, &answer, 400, "invalid_request", message);
        let wrong = [
            "{\"email\": \"hunter2".to_owned(),
            format!("{{\"{name}\": \"hunter2\", \"{name}\": \"b@example.com\", \"password\": \"x\"}}"),
            "\"hunter2\"".to_owned(),
            "[".repeat(10_000),
        ];
        for body in wrong {
            let answer = server.site.calls(contract, Method::POST, "/auth/login").raw("application/json", body).await;
            assert!(!answer.text().contains("hunter2"), "{}", answer.text());
            let message = "The request body is not the JSON that this endpoint takes";
            expect_refused(contract, &answer, 400, "invalid_request", message);
        }
        let incomplete = server.site.posts(contract, "/auth/login", &json!({ name: "hunter2" })).await;
        expect_refused(contract, &incomplete, 400, "invalid_request", "The member password is missing");
        for kind in ["", "text/plain", "application/x-www-form-urlencoded"] {
            let login = server.site.calls(contract, Method::POST, "/auth/login");
            let answer = login.raw(kind, r#"{"password":"hunter2"}"#).await;
            let message = "The Content-Type must be application/json";
            expect_refused(contract, &answer, 415, "unsupported_media_type", message);
        }
        let long = json!({ name: "a@example.com", "password": "x".repeat(70_000) });
        let answer = server.site.posts(contract, "/auth/login", &long).await;
        expect_refused(contract, &answer, 413, "payload_too_large", "The request body is too large");
    }
}

/// RFC 9110 §8.3.1: parameters and case of a media type do not matter.
#[tokio::test]
async fn json_is_json_however_it_is_spelt() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    for contract in CONTRACTS {
        let body = json!({ contract.login_name: alice.email, "password": PASSWORD, "unknown": true }).to_string();
        let login = server.site.calls(contract, Method::POST, "/auth/login");
        login.raw("Application/JSON; charset=utf-8", body).await.expect_status(200);
    }
}

/// RFC 9110 §15.5.5, §15.5.6.
#[tokio::test]
async fn what_is_not_there_is_refused_in_the_contracts_words() {
    let server = Server::documented().await;
    for contract in CONTRACTS {
        for path in ["/nothing", "/auth", "/auth/login/", "/auth/users/a/b"] {
            let answer = server.site.calls(contract, Method::POST, path).await;
            expect_refused(contract, &answer, 404, "not_found", "There is nothing at this path");
        }
        let answer = server.site.calls(contract, Method::GET, "/auth/login").await;
        expect_refused(contract, &answer, 405, "method_not_allowed", "This method does not exist here");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    let elsewhere = server.get("/v1/auth/me").await;
    elsewhere.expect_status(404);
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_so() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    for contract in CONTRACTS {
        let path = if contract == CLASSIC { "/auth/keys" } else { "/auth/me" };
        let reads = || server.site.calls(contract, Method::GET, path);
        let nobody = reads().await;
        expect_refused(contract, &nobody, 401, "authentication_required", "Authentication required");
        let basic = reads().header("authorization", "Basic YWxpY2U6eA==").await;
        expect_refused(contract, &basic, 401, "authentication_required", "Authentication required");
        let session = server.site.signs_in(contract, &alice.email, PASSWORD).await;
        let key_like = format!("sk_live_{}", "a".repeat(36));
        let tampered = format!("{}A", session.access);
        for token in ["made-up", "a.b.c", &key_like, &tampered] {
            let message = if contract == CLASSIC { "Authentication required" } else { "The token is not valid" };
            expect_refused(contract, &reads().bearer(token).await, 401, "invalid_token", message);
        }
        let twice = reads().bearer(&session.access).and_header("authorization", &format!("Bearer {}", session.access));
        expect_refused(contract, &twice.await, 401, "authentication_required", "Authentication required");
        reads().header("authorization", &format!("bearer {}", session.access)).await.expect_status(200);
    }
}

/// Contracts README, 8.
#[tokio::test]
async fn too_many_attempts_wait_in_every_contract() {
    let server = Server::documented_with(|settings| settings.limits.tries.login.per_account = 2).await;
    for contract in CONTRACTS {
        let name = format!("{}@example.com", contract.name);
        for _ in 0..2 {
            server.site.tries(contract, &name, "wrong").await.expect_status(401);
        }
        let answer = server.site.tries(contract, &name, "wrong").await;
        expect_refused(contract, &answer, 429, "rate_limited", "Too many attempts: try again later");
    }
}

/// The n-th try at a door.
type Door<'a> = &'a dyn Fn(usize) -> (&'static Contract, Request);

/// Contracts README, 8: everything that can be guessed, from one address, whoever is asked for.
#[tokio::test]
async fn too_many_attempts_wait_at_every_door() {
    let once = Tries::all(Free { per_address: 2, per_account: 100 });
    let server = Server::documented_with(|settings| settings.limits.tries = once).await;
    let site = &server.site;
    let email = |n: usize| format!("user{n}@example.com");
    let register = |n: usize| json!({"email": email(n), "password": "secure_password"});
    let doors: [(&str, Door<'_>); 6] = [
        ("register", &|n| (DATIX, site.posts(DATIX, "/auth/register", &register(n)))),
        ("confirm", &|n| (COMIND, site.posts(COMIND, "/auth/confirm", &json!({"email": email(n), "code": "000000"})))),
        ("reset", &|n| (COMIND, site.posts(COMIND, "/auth/password-reset-request", &json!({"email": email(n)})))),
        ("check", &|n| (COMIND, site.calls(COMIND, Method::GET, "/auth/check-registration").query("email", email(n)))),
        ("second factor", &|_| {
            (CODITECT, site.posts(CODITECT, "/auth/2fa/verify", &json!({"challenge_token": "ch_x", "code": "000000"})))
        }),
        ("login", &|n| (CLASSIC, site.tries(CLASSIC, &email(n), "wrong-password"))),
    ];
    for (door, knocks) in doors {
        for n in 0..2 {
            assert_ne!(knocks(n).1.await.status, 429, "{door}");
        }
        let (contract, third) = knocks(2);
        expect_refused(contract, &third.await, 429, "rate_limited", "Too many attempts: try again later");
    }
    let other = json!({"temp_token": "temp_x", "code": "000000"});
    site.posts(DATIX, "/auth/verify-2fa", &other).await.expect_status(429);
    site.posts(COMIND, "/auth/register", &register(3)).await.expect_status(429);
    site.posts(CODITECT, "/auth/register", &register(4)).await.expect_status(429);
    site.posts(COMIND, "/auth/password-reset", &json!({"token": "x", "new_password": "secure_password"}))
        .await
        .expect_status(429);
}

/// Contracts README, 18: told only after the right password.
#[tokio::test]
async fn who_is_suspended_or_disabled_learns_it_only_with_the_right_password() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let standings = [
        (UserStatus::Suspended, "account_suspended", "This account is suspended"),
        (UserStatus::Disabled, "account_disabled", "This account is disabled"),
    ];
    for (status, code, message) in standings {
        users::set_status(&server.site.core, &operator(), &alice.id, status).await.unwrap();
        for contract in CONTRACTS {
            let right = server.site.tries(contract, &alice.email, PASSWORD).await;
            expect_refused(contract, &right, 403, code, message);
            let wrong = server.site.tries(contract, &alice.email, "wrong").await;
            let message =
                if contract == CLASSIC { "Invalid credentials" } else { "The email or password is incorrect" };
            expect_refused(contract, &wrong, 401, "invalid_credentials", message);
        }
    }
}

/// A database that answers nobody: later, never "wrong password".
#[tokio::test]
async fn without_its_database_every_contract_asks_to_come_again() {
    let server = Server::documented_with(|settings| settings.database.wait_milliseconds = 300).await;
    let alice = server.user("alice").await;
    let mut sessions = Vec::new();
    for contract in CONTRACTS {
        sessions.push(server.site.signs_in(contract, &alice.email, PASSWORD).await);
    }
    let busy = Busy::all(&server.site.core);
    for session in &sessions {
        let contract = session.contract;
        let message = "The server cannot answer at the moment";
        let login = server.site.tries(contract, &alice.email, PASSWORD).await;
        expect_refused(contract, &login, 503, "temporarily_unavailable", message);
        let read = session.reads_with(&session.access).await;
        expect_refused(contract, &read, 503, "temporarily_unavailable", message);
    }
    drop(busy);
    for session in &sessions {
        assert!(session.is_alive().await);
    }
}

/// Issue 3, 6: a directory that is away is never a wrong password.
#[tokio::test]
async fn without_its_directory_every_contract_asks_to_come_again() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = format!(
        "name = 'corp'\ndomains = ['corp.example']\nurl = 'ldap://{free}'\nbase_dn = 'dc=corp,dc=example'\n\
         limits = {{ connect_seconds = 1, answer_seconds = 1, sign_in_seconds = 2 }}"
    );
    let directory: DirectorySettings = toml::from_str(&text).unwrap();
    let server = Server::documented_with(|settings| settings.directories = vec![directory]).await;
    for contract in CONTRACTS {
        let answer = server.site.tries(contract, "ada@corp.example", PASSWORD).await;
        let message = "The directory cannot be asked at the moment";
        expect_refused(contract, &answer, 503, "directory_unavailable", message);
    }
}

/// The account API knows no cookies: a script of any origin may read it, and learns nothing without a token.
#[tokio::test]
async fn refusals_can_be_read_by_scripts() {
    let server = Server::documented().await;
    for contract in CONTRACTS {
        let answer = server.site.calls(contract, Method::GET, "/auth/login").header("origin", "https://app.example");
        let answer = answer.await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{}", contract.name);
        assert_eq!(answer.header("access-control-allow-credentials"), None);
    }
}

/// The passwords of the documents' examples: all of them are good enough (contracts README, 7).
#[tokio::test]
async fn every_password_of_the_documents_is_taken() {
    let server = Server::documented().await;
    let examples = [
        "your-password",
        "secure-password-123",
        "your_password",
        "SecurePass123!",
        "NewPass456!",
        "new_secure_password",
        "secure_password",
        "OldPass123!",
    ];
    for (number, password) in examples.into_iter().enumerate() {
        let email = format!("user{number}@example.com");
        let body = json!({"email": email, "password": password, "name": "John Doe"});
        server.site.posts(CODITECT, "/auth/register", &body).await.expect_status(201);
        server.site.signs_in(CODITECT, &email, password).await;
    }
}

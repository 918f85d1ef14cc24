//! Where the contracts stand, and what they share: one set of accounts.

use serde_json::json;

use super::exchange::Play;
use crate::harness::{CLASSIC, CODITECT, COMIND, CONTRACTS, DATIX, Made, Method, PASSWORD, Server};

/// Without configuration all four are there at once, over the same accounts.
#[tokio::test]
async fn without_configuration_all_four_answer_at_their_usual_paths() {
    let play = Play::on(Server::start().await, DATIX);
    play.plays("register").await;
    let play = Play::on(play.server, CODITECT);
    play.plays("register_email_taken").await;
    let play = Play::on(play.server, COMIND);
    play.plays("check_registration_registered").await;
    let jane =
        Made { email: "jane.doe@example.com", username: "jane.doe", password: "your-password", name: "Jane Doe" };
    play.server.site.makes(jane).await;
    let play = Play::on(play.server, CLASSIC);
    play.plays("login").await;
}

/// Contracts README, Mounting: three claim the same path, and the host decides.
#[tokio::test]
async fn a_host_has_one_contract_and_another_name_has_none() {
    let server = Server::documented().await;
    let login = json!({"email": "nobody@example.com", "password": "wrong-password"}).to_string();
    let at = |host: &str| {
        let request = server.request(Method::POST, "/v1/auth/login").header("host", host);
        request.raw("application/json", login.clone())
    };
    assert_eq!(at(CODITECT.host).await.json()["error"]["code"], "invalid_credentials");
    for host in [COMIND.host, DATIX.host, "API.datixlab.com", "api.datixlab.com:8443"] {
        assert_eq!(at(host).await.json()["error"], "invalid_credentials", "{host}");
    }
    for host in ["api.datixlab.com.evil.example", "evil.example", "127.0.0.1"] {
        at(host).await.expect_status(404);
    }
}

/// One person, one password, four ways to say it; the id is the same everywhere.
#[tokio::test]
async fn one_account_is_signed_in_at_all_four() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    for contract in CONTRACTS {
        for name in [alice.email.as_str(), "alice", "ALICE@example.com"] {
            let answer = server.site.tries(contract, name, PASSWORD).await.expect_status(200).json();
            let id = answer.pointer("/user/id").or(answer.pointer("/data/user/id"));
            assert_eq!(id.unwrap(), &json!(alice.id), "{} {name}", contract.name);
        }
    }
}

/// A page of any origin asks first, and may.
#[tokio::test]
async fn preflights_are_answered() {
    let server = Server::documented().await;
    for contract in CONTRACTS {
        let asks = server.site.calls(contract, Method::OPTIONS, "/auth/login").header("origin", "https://app.example");
        let asks = asks.header("access-control-request-method", "POST");
        let answer = asks.header("access-control-request-headers", "authorization,content-type").await;
        answer.expect_status(204);
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-headers"), Some("authorization, content-type"));
    }
}

//! What a session of the account API is good for, where, and until when. Contracts README, 3, 4, 5, 14, 15, 20.

use crate::harness::operator;
use serde_json::{Value, json};
use signet::{
    config::Settings,
    domain::{time::Seconds, user::UserStatus},
    services::admin::users,
};

use super::refusals::expect_refused;
use crate::harness::{CLASSIC, CODITECT, COMIND, CONTRACTS, DATIX, PASSWORD, Server, Session, TestClient, claims};

const NEW_PASSWORD: &str = "another-password-of-hers";

async fn signed_in_everywhere(server: &Server, email: &str) -> Vec<Session> {
    let mut sessions = Vec::new();
    for contract in CONTRACTS {
        sessions.push(server.site.signs_in(contract, email, PASSWORD).await);
    }
    sessions
}

/// Stands for everything that the token is meant for.
async fn resource_server(server: &Server, token: &str) -> TestClient {
    let audience = match &claims(token)["aud"] {
        Value::String(one) => one.clone(),
        many => many[0].as_str().unwrap().to_owned(),
    };
    assert_ne!(audience, server.site.issuer);
    server.client().service("").resource_server(&audience).create().await
}

#[tokio::test]
async fn a_logout_ends_the_session_everywhere_at_once() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let (leaving, staying) =
        (signed_in_everywhere(&server, &alice.email).await, signed_in_everywhere(&server, &alice.email).await);
    for session in &leaving {
        let name = session.contract.name;
        let api = resource_server(&server, &session.access).await;
        assert!(session.is_alive().await, "{name}");
        assert_eq!(api.introspects(&session.access).await.json()["active"], true, "{name}");
        api.userinfo(&session.access).await.expect_status(200);

        session.logs_out().await.expect_status(200);
        assert!(!session.is_alive().await, "{name}");
        assert_eq!(api.introspects(&session.access).await.text(), r#"{"active":false}"#, "{name}");
        api.userinfo(&session.access).await.expect_refusal("invalid_token");
        session.refreshes().await.expect_status(401);
        let again = session.logs_out().await;
        assert!([200, 401].contains(&again.status), "{name}: {again:?}");
    }
    for session in &staying {
        assert!(session.is_alive().await, "{}: another session ended", session.contract.name);
    }
}

/// RFC 9068 §4 and contracts README, 14: a token is good at the mount whose login made it.
#[tokio::test]
async fn a_token_of_one_mount_is_refused_at_another() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let sessions = signed_in_everywhere(&server, &alice.email).await;
    for at in &sessions {
        for of in &sessions {
            let expected = if at.contract == of.contract { 200 } else { 401 };
            let answer = at.reads_with(&of.access).await;
            assert_eq!(answer.status, expected, "{} at {}", of.contract.name, at.contract.name);
            if at.contract != of.contract && !at.refresh.is_empty() {
                let strange = Session { refresh: of.refresh.clone(), ..at.clone() };
                strange.refreshes().await.expect_status(401);
            }
        }
    }
    for session in &sessions {
        assert!(session.is_alive().await, "a stranger's use ended it");
    }
}

/// Contracts README, 20: refresh tokens are opaque; access tokens are RS256, for the mount, and carry the version (15).
#[tokio::test]
async fn an_access_token_says_for_whom_and_for_where_it_is() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    for session in signed_in_everywhere(&server, &alice.email).await {
        let contract = session.contract;
        let claims = claims(&session.access);
        let audience = format!("http://{}{}", contract.host, contract.path);
        let audiences = [json!(audience), json!([audience, server.site.issuer])];
        assert!(audiences.contains(&claims["aud"]), "{claims}");
        assert_eq!(claims["sub"], alice.id.as_str());
        assert_eq!(claims["client_id"], format!("account-{}", contract.name));
        assert_eq!((&claims["ver"], &claims["exp"]), (&json!(1), &json!(server.now() + 3600)));
        assert!(!session.refresh.contains('.'), "{}", session.refresh);
    }
}

/// Contracts README, 3.
#[tokio::test]
async fn a_static_refresh_token_stays_the_same_and_dies_with_its_session() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let session = server.site.signs_in(CLASSIC, &alice.email, PASSWORD).await;
    for _ in 0..3 {
        server.advance(Seconds::days(1)).await;
        session.refreshes().await.expect_status(200);
    }
    let at_datix = server.site.signs_in(DATIX, &alice.email, PASSWORD).await;
    changes_password(&at_datix, PASSWORD, NEW_PASSWORD).await;
    let answer = session.refreshes().await;
    expect_refused(CLASSIC, &answer, 401, "invalid_token", "Invalid or expired refresh token");
}

/// Rotating ones die of reuse, and take their session's tokens with them; the same within the grace time.
#[tokio::test]
async fn a_rotating_refresh_token_is_good_once() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    for contract in [CODITECT, COMIND] {
        let first = server.site.signs_in(contract, &alice.email, PASSWORD).await;
        let second = Session::of(&server.site, contract, &first.refreshes().await);
        assert_ne!(first.refresh, second.refresh);
        let again = Session::of(&server.site, contract, &first.refreshes().await);
        assert_eq!(again.refresh, second.refresh, "within the grace time a lost answer comes again");
        let third = Session::of(&server.site, contract, &second.refreshes().await);
        first.refreshes().await.expect_status(401);
        third.refreshes().await.expect_status(401);
        assert!(!third.is_alive().await);
    }
}

/// Contracts README, 4.
#[tokio::test]
async fn a_renewed_token_never_outlives_its_session() {
    let short = |settings: &mut Settings| {
        settings.sessions.absolute_seconds = Seconds(7200);
        settings.sessions.idle_seconds = Seconds(7200);
    };
    let server = Server::documented_with(short).await;
    let alice = server.user("alice").await;
    let first = server.site.signs_in(DATIX, &alice.email, PASSWORD).await;
    server.advance(Seconds(3500)).await;
    let second = Session::of(&server.site, DATIX, &first.refreshes().await);
    assert_ne!(first.access, second.access);
    server.advance(Seconds(3400)).await;
    let answer = second.refreshes().await;
    assert_eq!(answer.json()["expires_in"], 300);
    let third = Session::of(&server.site, DATIX, &answer);
    server.advance(Seconds(299)).await;
    assert!(third.is_alive().await);
    server.advance(Seconds(1)).await;
    third.refreshes().await.expect_status(401);
    assert!(!third.is_alive().await);
}

async fn changes_password(session: &Session, current: &str, new: &str) {
    let body = json!({"current_password": current, "new_password": new});
    session.posts("/auth/change-password", &body).await.expect_status(200);
}

/// Contracts README, 15 and 20.
#[tokio::test]
async fn a_change_of_password_keeps_its_session_and_ends_all_others() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    alice.browser.signs_in(&alice).await;
    let others = signed_in_everywhere(&server, &alice.email).await;
    let own = server.site.signs_in(COMIND, &alice.email, PASSWORD).await;
    let version = |json: &Value| json["userVersion"].as_i64().unwrap();
    let before = version(&own.gets("/auth/me").await.json());
    let wrong = json!({"current_password": "wrong", "new_password": NEW_PASSWORD});
    let refused = own.posts("/auth/change-password", &wrong).await;
    expect_refused(COMIND, &refused, 401, "invalid_credentials", "The email or password is incorrect");
    let weak = json!({"current_password": PASSWORD, "new_password": "short"});
    let refused = own.posts("/auth/change-password", &weak).await;
    expect_refused(COMIND, &refused, 400, "weak_password", "The password must have at least 10 characters");

    changes_password(&own, PASSWORD, NEW_PASSWORD).await;
    assert!(own.is_alive().await);
    assert_eq!(version(&own.gets("/auth/me").await.json()), before + 1);
    for other in &others {
        assert!(!other.is_alive().await, "{}", other.contract.name);
        other.refreshes().await.expect_status(401);
    }
    let renewed = Session::of(&server.site, COMIND, &own.refreshes().await);
    assert_eq!(claims(&own.access)["ver"], before);
    assert_eq!(claims(&renewed.access)["ver"], before + 1);
    let page = alice.asked_by(&server.client().create().await).await.answer;
    assert!(page.text().contains("name=\"password\""), "the browser is still signed in");
}

/// Contracts README, 16.
#[tokio::test]
async fn who_is_suspended_or_disabled_has_no_session() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let sessions = signed_in_everywhere(&server, &alice.email).await;
    let key = sessions[2].makes_a_key(&["read:profile"]).await;
    for status in [UserStatus::Suspended, UserStatus::Disabled] {
        users::set_status(&server.site.core, &operator(), &alice.id, status).await.unwrap();
        for session in &sessions {
            let name = session.contract.name;
            assert!(!session.is_alive().await, "{name}");
            let refused = session.refreshes().await.status;
            assert_eq!(refused, if session.contract == DATIX { 401 } else { 403 }, "{name}");
            session.reads_with(&key).await.expect_status(401);
            let api = resource_server(&server, &session.access).await;
            for token in [&session.access, &key] {
                assert_eq!(api.introspects(token).await.text(), r#"{"active":false}"#, "{name}");
            }
        }
    }
    users::set_status(&server.site.core, &operator(), &alice.id, UserStatus::Active).await.unwrap();
    for session in &sessions {
        session.refreshes().await.expect_status(401);
        let again = server.site.signs_in(session.contract, &alice.email, PASSWORD).await;
        assert!(again.is_alive().await, "{}", session.contract.name);
    }
}

//! Who somebody is at each contract: names, organisations, addresses, attributes. Contracts README, 2, 9, 12, 13, 14, 20.

use serde_json::{Value, json};
use signet::config::mounts::MountSettings;

use super::refusals::expect_refused;
use crate::harness::{
    CLASSIC, CODITECT, COMIND, CONTRACTS, Contract, DATIX, Method, PASSWORD, Phone, Seconds, Server, Session,
};

async fn registers(server: &Server, body: &Value) -> Value {
    server.site.posts(DATIX, "/auth/register", body).await.expect_status(201).json()
}

async fn username(server: &Server, email: &str) -> Value {
    server.site.tries(CLASSIC, email, PASSWORD).await.expect_status(200).json()["user"]["username"].clone()
}

#[tokio::test]
async fn a_username_is_given_or_made_from_the_address_and_is_one_persons() {
    let server = Server::documented().await;
    registers(&server, &json!({"email": "jane@one.example", "password": PASSWORD})).await;
    registers(&server, &json!({"email": "jane@two.example", "password": PASSWORD})).await;
    registers(&server, &json!({"email": "other@two.example", "password": PASSWORD, "username": "Jane.Doe"})).await;
    assert_eq!(username(&server, "jane@one.example").await, "jane");
    assert_eq!(username(&server, "jane@two.example").await, "jane-2");
    assert_eq!(username(&server, "jane.doe").await, "jane.doe");
    for contract in [CODITECT, COMIND, DATIX] {
        let taken = json!({"email": "third@two.example", "password": PASSWORD, "username": "jane"});
        let answer = server.site.posts(contract, "/auth/register", &taken).await;
        expect_refused(contract, &answer, 409, "username_taken", "This username is taken");
        let strange = json!({"email": "third@two.example", "password": PASSWORD, "username": "a b"});
        let answer = server.site.posts(contract, "/auth/register", &strange).await;
        expect_refused(contract, &answer, 400, "invalid_username", "The username is not valid");
    }
}

#[tokio::test]
async fn whoever_names_no_organisation_joins_the_default_one_as_a_member() {
    let server =
        Server::documented_with(|settings| settings.accounts.default_organisation = "Example Corp".into()).await;
    let founder = json!({"email": "a@example.com", "password": PASSWORD, "organization_name": "Acme Corp"});
    let joins = |name: &str| json!({"email": format!("{name}@example.com"), "password": PASSWORD});
    let founder = registers(&server, &founder).await;
    let (one, two) = (registers(&server, &joins("b")).await, registers(&server, &joins("c")).await);
    assert_eq!((&founder["role"], &one["role"]), (&json!("admin"), &json!("member")));
    assert_eq!(one["organization_id"], two["organization_id"]);
    assert_ne!(one["organization_id"], founder["organization_id"]);
    let session = server.site.signs_in(CODITECT, "b@example.com", PASSWORD).await;
    let organisation = &session.gets("/auth/me").await.json()["data"]["organization"];
    let expected = json!({"id": one["organization_id"], "name": "Example Corp", "role": "member"});
    assert_eq!(organisation, &expected);
}

#[tokio::test]
async fn who_has_no_agents_is_shown_none() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let me = server.site.signs_in(DATIX, &alice.email, PASSWORD).await.gets("/auth/me").await.json();
    assert_eq!((&me["assigned_agents"], &me["two_factor_enabled"]), (&json!([]), &json!(false)));
}

/// The old address is shown, and signs in, until the new one is confirmed by mail.
#[tokio::test]
async fn a_new_address_waits_for_its_confirmation() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let session = server.site.signs_in(DATIX, &alice.email, PASSWORD).await;
    let patch = |body: Value| session.calls(Method::PATCH, "/auth/me").raw("application/json", body.to_string());
    let answer = patch(json!({"email": "new@example.com"})).await.expect_status(200).json();
    assert_eq!((&answer["email"], &answer["full_name"]), (&json!(alice.email), &json!("alice Example")));
    expect_refused(
        DATIX,
        &patch(json!({"email": "none"})).await,
        400,
        "invalid_email",
        "The email address is not valid",
    );
    let unreadable = patch(json!({"full_name": "two\nlines"})).await;
    expect_refused(DATIX, &unreadable, 400, "invalid_request", "The member full_name is not valid");
    let code = server.letter_to("new@example.com").await.code().to_owned();
    let confirm = json!({"email": "new@example.com", "code": code});
    server.site.posts(COMIND, "/auth/confirm", &confirm).await.expect_status(200);
    assert_eq!(session.gets("/auth/me").await.json()["email"], "new@example.com");
    server.site.signs_in(COMIND, "new@example.com", PASSWORD).await;
}

/// Contracts README, 14: everywhere but at comind, and a setting per mount.
#[tokio::test]
async fn an_unconfirmed_address_signs_in_where_the_mount_lets_it() {
    let server = Server::documented().await;
    registers(&server, &json!({"email": "new@example.com", "password": PASSWORD})).await;
    for contract in [CODITECT, DATIX, CLASSIC] {
        server.site.signs_in(contract, "new@example.com", PASSWORD).await;
    }
    let refused = server.site.tries(COMIND, "new@example.com", PASSWORD).await;
    expect_refused(COMIND, &refused, 403, "email_not_confirmed", "The email address is not confirmed yet");
    let wrong = server.site.tries(COMIND, "new@example.com", "wrong-password").await;
    expect_refused(COMIND, &wrong, 401, "invalid_credentials", "The email or password is incorrect");

    let mount = |contract: &str, path: &str, may: bool| MountSettings {
        contract: contract.to_owned(),
        path: path.to_owned(),
        host: None,
        unconfirmed_may_sign_in: Some(may),
    };
    let mounts = vec![mount("comind", COMIND.usual, true), mount("datix", DATIX.usual, false)];
    let server = Server::with(|settings| settings.mounts = mounts).await;
    let login = |path: &str| {
        let body = json!({"email": "new@example.com", "password": PASSWORD}).to_string();
        server.request(Method::POST, &format!("{path}/auth/login")).raw("application/json", body)
    };
    let register = json!({"email": "new@example.com", "password": PASSWORD}).to_string();
    let register = server.request(Method::POST, "/v1/auth/register").raw("application/json", register);
    register.await.expect_status(201);
    login(COMIND.usual).await.expect_status(200);
    assert_eq!(login(DATIX.usual).await.expect_status(403).json()["error"], "email_not_confirmed");
}

/// Contracts README, 9: each backup code once, in the place of a code; never a step twice, at any door.
#[tokio::test]
async fn a_second_factor_counts_once_at_every_door() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let session = server.site.signs_in(DATIX, &alice.email, PASSWORD).await;
    let enabled = session.calls(Method::POST, "/auth/enable-2fa").await.json();
    let phone = Phone::scans(&enabled["secret"]);
    let tries = |contract: &Contract, code: &str| {
        let body = json!({ contract.login_name: alice.email, "password": PASSWORD, "code": code });
        server.site.posts(contract, "/auth/login", &body)
    };
    // Nothing is on before it is confirmed.
    server.site.signs_in(COMIND, &alice.email, PASSWORD).await;
    let wrong = session.posts("/auth/confirm-2fa", &json!({"code": "000000"})).await;
    expect_refused(DATIX, &wrong, 401, "invalid_code", "The code is not valid");
    let code = json!({"code": phone.shows(server.now())});
    session.posts("/auth/confirm-2fa", &code).await.expect_status(200);
    let twice = session.calls(Method::POST, "/auth/enable-2fa").await;
    expect_refused(DATIX, &twice, 409, "second_factor_already_on", "Two-factor authentication is enabled already");

    server.advance(Seconds(30)).await;
    let step = phone.shows(server.now());
    tries(COMIND, &step).await.expect_status(200);
    expect_refused(CLASSIC, &tries(CLASSIC, &step).await, 401, "invalid_code", "The code is not valid");
    let backup = enabled["backup_codes"][7].as_str().unwrap();
    tries(CLASSIC, backup).await.expect_status(200);
    expect_refused(COMIND, &tries(COMIND, backup).await, 401, "invalid_code", "The code is not valid");

    let wrong = json!({"password": "wrong-password", "code": phone.shows(server.now() + 30)});
    session.posts("/auth/disable-2fa", &wrong).await.expect_status(401);
    let right = json!({"password": PASSWORD, "code": enabled["backup_codes"][0]});
    session.posts("/auth/disable-2fa", &right).await.expect_status(200);
    for contract in CONTRACTS {
        server.site.signs_in(contract, &alice.email, PASSWORD).await;
    }
    assert!(session.is_alive().await);
}

/// Contracts README, 9: five minutes, one success, five wrong codes; and good at no other door.
#[tokio::test]
async fn a_challenge_is_good_for_five_minutes_and_five_guesses_at_its_door() {
    let server = Server::documented().await;
    let alice = server.user("alice").await;
    let phone = server.site.signs_in(DATIX, &alice.email, PASSWORD).await.sets_up_a_second_factor(&server).await;
    let posed = async || {
        let json = server.site.tries(DATIX, &alice.email, PASSWORD).await.expect_status(200).json();
        json["temp_token"].as_str().unwrap().to_owned()
    };
    let answers = |token: &str, code: &str| {
        server.site.posts(DATIX, "/auth/verify-2fa", &json!({"temp_token": token, "code": code}))
    };
    let guessed = posed().await;
    for _ in 0..5 {
        answers(&guessed, "000000").await.expect_status(401);
    }
    answers(&guessed, &phone.shows(server.now())).await.expect_status(401);

    let old = posed().await;
    server.advance(Seconds(300)).await;
    answers(&old, &phone.shows(server.now())).await.expect_status(401);

    let token = posed().await;
    let elsewhere = json!({"challenge_token": token.replace("temp_", "ch_"), "code": phone.shows(server.now())});
    let elsewhere = server.site.posts(CODITECT, "/auth/2fa/verify", &elsewhere).await;
    expect_refused(CODITECT, &elsewhere, 401, "invalid_code", "The code is not valid");
    let bare = token.strip_prefix("temp_").unwrap();
    answers(bare, &phone.shows(server.now())).await.expect_status(401);
    Session::of(&server.site, DATIX, &answers(&token, &phone.shows(server.now())).await);
    server.advance(Seconds(30)).await;
    answers(&token, &phone.shows(server.now())).await.expect_status(401);
}

/// Contracts README, 2: a setting turns it off.
#[tokio::test]
async fn whether_an_address_is_registered_need_not_be_told() {
    let server = Server::documented_with(|settings| settings.accounts.check_registration = false).await;
    let asks =
        |address: &str| server.site.calls(COMIND, Method::GET, &format!("/auth/check-registration?email={address}"));
    let alice = server.user("alice").await;
    for address in [alice.email.as_str(), "nobody@example.com"] {
        let answer = asks(address).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (404, Some("not_found")));
    }
}

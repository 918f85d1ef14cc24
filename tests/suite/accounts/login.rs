//! Signing in by password: what is judged, in which order, and what it leaves behind.

use signet::{
    domain::{
        ids::UserId,
        mount::Unconfirmed,
        session::{Door, Methods, SecondFactor},
        user::User,
    },
    services::{
        accounts::{self, Login, LoginOutcome, Refusal},
        fault::Fault,
        sessions::SignIn,
    },
    store::users,
};

use super::authenticator::{answers, attempt, enrols, sent, typed, visitor};
use crate::{
    harness::{PASSWORD, Server, TestUser},
    tables::Tables,
};

async fn row(user: &TestUser) -> User {
    let id = UserId::parse(&user.id).unwrap();
    let found = user.site.core.run(move |core| Ok::<_, Fault>(core.store.read(|db| users::find_by_id(db, &id))?));
    found.await.unwrap().unwrap()
}

fn federated(door: Door) -> SignIn {
    SignIn { methods: Methods::FEDERATED, door, visitor: visitor(), cookie: None }
}

/// Contracts, 18: only after the right password.
#[tokio::test]
async fn a_suspended_account_is_told_so_only_after_the_right_password() {
    let server = Server::start().await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    alice.is_suspended().await;
    assert!(matches!(attempt(core, typed(&alice.email, "guess")).await, Err(Refusal::InvalidCredentials)));
    assert!(matches!(attempt(core, typed(&alice.email, PASSWORD)).await, Err(Refusal::Suspended)));
    Tables::of(&server.site).execute("UPDATE users SET status = 'disabled'");
    assert!(matches!(attempt(core, typed(&alice.email, PASSWORD)).await, Err(Refusal::Disabled)));
}

/// Contracts, 14: a setting per mount.
#[tokio::test]
async fn an_unconfirmed_address_counts_where_the_door_says_so() {
    let server = Server::start().await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    Tables::of(&server.site).execute("UPDATE users SET email_verified = FALSE");
    let at = |unconfirmed, password: &str| Login { unconfirmed, ..sent(&alice.email, password, None) };
    let refused = attempt(core, at(Unconfirmed::MustConfirm, PASSWORD)).await;
    assert!(matches!(refused, Err(Refusal::EmailNotConfirmed)));
    let refused = attempt(core, at(Unconfirmed::MustConfirm, "guess")).await;
    assert!(matches!(refused, Err(Refusal::InvalidCredentials)));
    assert!(attempt(core, at(Unconfirmed::MaySignIn, PASSWORD)).await.is_ok());
}

/// Contracts, 9: at a door without a second step the code comes with the password.
#[tokio::test]
async fn a_door_without_a_second_step_takes_the_code_with_the_password() {
    let server = Server::start().await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    assert!(attempt(core, sent(&alice.email, PASSWORD, Some("123456"))).await.is_ok(), "nobody asked for a code");
    let phone = enrols(&server, &alice).await;
    let shown = phone.shows(server.now());
    let tried = async |password: &str, code: Option<&str>| attempt(core, sent(&alice.email, password, code)).await;
    assert!(matches!(tried(PASSWORD, None).await, Err(Refusal::SecondFactorRequired)));
    assert!(matches!(tried(PASSWORD, Some("000000")).await, Err(Refusal::InvalidSecondFactor)));
    assert!(matches!(tried("guess", Some(&shown)).await, Err(Refusal::InvalidCredentials)));
    let Ok(LoginOutcome::SignedIn(begun)) = tried(PASSWORD, Some(&shown)).await else { panic!("not signed in") };
    assert_eq!(begun.session.methods, Methods::PASSWORD.and(SecondFactor::Totp));
    assert_eq!(begun.session.door, Door::Api("comind".to_owned()));
    assert!(matches!(tried(PASSWORD, Some(&shown)).await, Err(Refusal::InvalidSecondFactor)), "a step works once");
}

/// Whoever was vouched for elsewhere is judged like everybody else.
#[tokio::test]
async fn a_federated_sign_in_is_judged_and_asked_for_the_second_factor() {
    let server = Server::start().await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    let user = row(&alice).await;
    let Ok(LoginOutcome::SignedIn(begun)) = accounts::enter(core, user.clone(), federated(Door::Browser)).await else {
        panic!("not signed in")
    };
    assert_eq!(begun.session.methods.amr(), ["fed"]);

    let phone = enrols(&server, &alice).await;
    let posed = accounts::enter(core, user.clone(), federated(Door::Browser)).await;
    let Ok(LoginOutcome::SecondFactor(challenge)) = posed else { panic!("no challenge: {posed:?}") };
    let begun = answers(&server, &challenge, &phone.shows(server.now())).await.unwrap();
    assert_eq!(begun.session.methods, Methods::FEDERATED.and(SecondFactor::Totp));

    alice.is_suspended().await;
    assert!(matches!(accounts::enter(core, user, federated(Door::Browser)).await, Err(Refusal::Suspended)));
}

/// An unknown name leaves the same trace as a wrong password: the work is the same.
#[tokio::test]
async fn every_sign_in_is_written_down_with_its_outcome() {
    let server = Server::start().await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    for (name, password) in [("nobody@example.com", "guess"), (&alice.email, "guess"), (&alice.email, PASSWORD)] {
        let _outcome = attempt(core, typed(name, password)).await;
    }
    let mut tables = Tables::of(&server.site);
    let mut count = |which: &str| {
        tables.number(&format!("SELECT COUNT(*) AS number FROM audit_events WHERE action = 'login' AND {which}"))
    };
    assert_eq!(count("outcome = 'refused' AND user_id IS NULL"), 1);
    assert_eq!(count(&format!("outcome = 'refused' AND user_id = '{}' AND actor = 'anonymous'", alice.id)), 1);
    assert_eq!(count(&format!("outcome = 'done' AND actor = '{}' AND detail LIKE 'ses_%'", alice.id)), 1);
    assert_eq!(count("detail LIKE '%guess%'"), 0);
}

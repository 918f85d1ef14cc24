//! Addresses that are proved, by code and by link.

use signet::{
    domain::{
        audit::{Action, Outcome},
        user::User,
    },
    services::{
        accounts::{self, Changes, Refusal},
        visitor::Visitor,
    },
};

use super::{
    NEW_PASSWORD, another, asks_for_a_reset, confirms, log, mailed_token, newcomer, resets, rows, secret, signs_in,
    user_of,
};
use crate::{
    harness::{PASSWORD, Seconds, Server, Site},
    tables::Tables,
};

const CAROL: &str = "carol@example.com";

fn is_refused(answer: &Result<User, Refusal>) -> bool {
    matches!(answer, Err(Refusal::InvalidConfirmation))
}

async fn follows(site: &Site, token: &str) -> Result<User, Refusal> {
    accounts::confirm_by_link(&site.core, secret(token), Visitor::default()).await
}

async fn asks_again(site: &Site, email: &str) {
    accounts::request_confirmation(&site.core, email.to_owned(), Visitor::default()).await.unwrap();
}

/// Signs in and asks for another address.
async fn wants(site: &Site, name: &str, password: &str, email: &str) {
    let caller = signs_in(site, name, password).await;
    let changes = Changes { email: Some(email.to_owned()), ..Changes::default() };
    accounts::update(&site.core, caller, changes).await.unwrap();
}

#[tokio::test]
async fn the_code_of_the_letter_proves_the_address_once() {
    let server = Server::start().await;
    let carol = newcomer(&server, CAROL).await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    assert!(confirms(&server.site, " CAROL@example.com", &code).await.unwrap().email_verified);
    assert!(user_of(&server.site, CAROL).await.unwrap().email_verified);
    assert!(is_refused(&confirms(&server.site, CAROL, &code).await));
    let seen = log(&server.site, &carol.id).await;
    for outcome in [Outcome::Done, Outcome::Refused] {
        assert!(seen.contains(&(Action::ConfirmEmail, outcome)), "{seen:?}");
    }
}

#[tokio::test]
async fn the_link_proves_it_once_and_takes_the_code_with_it() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    let token = mailed_token(&server.site, CAROL, "confirm").await;
    assert!(is_refused(&follows(&server.site, "made-up").await));
    assert!(follows(&server.site, token.reveal()).await.unwrap().email_verified);
    assert!(is_refused(&follows(&server.site, token.reveal()).await));
    assert!(is_refused(&confirms(&server.site, CAROL, &code).await));
}

/// Each wrong one is counted before it is answered.
#[tokio::test]
async fn five_wrong_codes_are_the_end_of_the_right_one() {
    let server = Server::start().await;
    for (name, wrong) in [("carol", 4), ("dave", 5)] {
        let email = format!("{name}@example.com");
        newcomer(&server, &email).await;
        let code = server.letter_to(&email).await.code().to_owned();
        for _ in 0..wrong {
            assert!(is_refused(&confirms(&server.site, &email, &another(&code)).await));
        }
        assert_eq!(confirms(&server.site, &email, &code).await.is_ok(), wrong < 5, "after {wrong}");
    }
    // The link cannot be guessed: whoever guesses at the code must not take it from its owner.
    let token = mailed_token(&server.site, "dave@example.com", "confirm").await;
    assert!(follows(&server.site, token.reveal()).await.unwrap().email_verified);
}

#[tokio::test]
async fn a_code_is_good_for_its_time_and_its_address_only() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    newcomer(&server, "dave@example.com").await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    for other in ["dave@example.com", "nobody@example.com", "no address"] {
        assert!(is_refused(&confirms(&server.site, other, &code).await));
    }
    server.advance(Seconds::minutes(15)).await;
    assert!(is_refused(&confirms(&server.site, CAROL, &code).await));
}

#[tokio::test]
async fn a_new_code_is_the_end_of_the_old_one() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    let old = server.letter_to(CAROL).await.code().to_owned();
    asks_again(&server.site, CAROL).await;
    let new = server.letter_to(CAROL).await.code().to_owned();
    if old != new {
        assert!(is_refused(&confirms(&server.site, CAROL, &old).await));
    }
    confirms(&server.site, CAROL, &new).await.unwrap();
}

/// The same rows for an address that waits for nothing, and no letter.
#[tokio::test]
async fn asking_for_a_letter_and_a_wrong_code_are_the_same_work_for_every_address() {
    let server = Server::start().await;
    server.user("alice").await;
    newcomer(&server, CAROL).await;
    newcomer(&server, "dave@example.com").await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    let letters = server.letters().await.len();
    let mut tables = Tables::of(&server.site);
    tables.watch();

    confirms(&server.site, CAROL, &another(&code)).await.unwrap_err();
    let mut waiting = rows(&mut tables);
    assert_eq!(waiting.remove("UPDATE one_time_tokens"), Some(1));
    confirms(&server.site, "nobody@example.com", &code).await.unwrap_err();
    assert_eq!(rows(&mut tables), waiting);

    asks_again(&server.site, CAROL).await;
    let mut waiting = rows(&mut tables);
    assert_eq!(waiting.remove("DELETE one_time_tokens"), Some(1));
    for other in ["alice@example.com", "nobody@example.com"] {
        asks_again(&server.site, other).await;
        assert_eq!(rows(&mut tables), waiting, "{other}");
    }
    let to: Vec<String> = server.letters().await.into_iter().map(|letter| letter.to).collect();
    assert_eq!(to.len(), letters + 1);
    assert_eq!(to[0], CAROL);
}

/// The account keeps its old address until the new one is proved, and whoever reads the old one is told.
#[tokio::test]
async fn a_new_address_takes_effect_when_it_is_proved() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let reset = mailed_token(&server.site, &alice.email, "reset").await;
    wants(&server.site, "alice", PASSWORD, "new@example.com").await;
    assert!(user_of(&server.site, &alice.email).await.is_some());
    let code = server.letter_to("new@example.com").await.code().to_owned();

    let moved = confirms(&server.site, "new@example.com", &code).await.unwrap();
    assert_eq!((moved.id.as_str(), moved.email.as_deref()), (alice.id.as_str(), Some("new@example.com")));
    assert!(user_of(&server.site, &alice.email).await.is_none());
    let told = server.letter_to(&alice.email).await;
    assert!(told.text.contains("new@example.com"), "{told:?}");
    let late = resets(&server.site, &reset, NEW_PASSWORD).await;
    assert!(matches!(late, Err(Refusal::InvalidReset)), "what was sent to the old address is dead: {late:?}");
    assert!(log(&server.site, &moved.id).await.contains(&(Action::ChangeEmail, Outcome::Done)));
}

#[tokio::test]
async fn an_address_that_became_anothers_meanwhile_is_not_taken_from_them() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    wants(&server.site, "alice", PASSWORD, CAROL).await;
    let token = mailed_token(&server.site, CAROL, "confirm").await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    let carol = newcomer(&server, CAROL).await;
    assert!(is_refused(&follows(&server.site, token.reveal()).await));
    assert!(is_refused(&confirms(&server.site, CAROL, &code).await));
    assert_eq!(user_of(&server.site, CAROL).await.map(|user| user.id), Some(carol.id));
    assert!(user_of(&server.site, &alice.email).await.is_some());
}

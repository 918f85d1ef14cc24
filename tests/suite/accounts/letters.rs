//! Letters that strangers can cause: so many to one recipient, and no word about it.

use signet::services::{
    accounts::{self, Changes, Existing, Registration},
    visitor::Visitor,
};

use super::{NEW_PASSWORD, asks_for_a_reset, mailed_token, newcomer, registers, registration, resets, rows, signs_in};
use crate::{
    harness::{PASSWORD, Seconds, Server},
    tables::Tables,
};

const CAROL: &str = "carol@example.com";

async fn letters_to(server: &Server, email: &str) -> usize {
    server.letters().await.into_iter().filter(|letter| letter.to == email).count()
}

async fn asks_to_confirm(server: &Server, email: &str) {
    accounts::request_confirmation(&server.site.core, email.to_owned(), Visitor::default()).await.unwrap();
}

async fn registers_again(server: &Server, email: &str) {
    let hidden = Registration { existing: Existing::Hide, ..registration(email) };
    registers(server, hidden).await.unwrap();
}

#[tokio::test]
async fn a_recipient_gets_only_so_many_letters_that_strangers_ask_for() {
    let server = Server::with(|settings| settings.limits.letters.burst = 2).await;
    let alice = server.user("alice").await;
    newcomer(&server, CAROL).await;
    for _ in 0..5 {
        asks_for_a_reset(&server.site, &alice.email).await;
        asks_to_confirm(&server, CAROL).await;
        registers_again(&server, CAROL).await;
    }
    assert_eq!(letters_to(&server, &alice.email).await, 2);
    // Of its registrations the first was its own.
    assert_eq!(letters_to(&server, CAROL).await, 2 + 2);
    for more in 1..=2 {
        server.advance(Seconds::minutes(15)).await;
        asks_for_a_reset(&server.site, &alice.email).await;
        asks_for_a_reset(&server.site, &alice.email).await;
        assert_eq!(letters_to(&server, &alice.email).await, 2 + more, "one each quarter of an hour");
    }
    server.advance(Seconds::minutes(76)).await;
    for _ in 0..3 {
        asks_for_a_reset(&server.site, &alice.email).await;
    }
    assert_eq!(letters_to(&server, &alice.email).await, 4 + 2, "after a quiet hour the count begins again");
}

/// Whoever has an account of their own, and wants to move to somebody's address, again and again.
#[tokio::test]
async fn moves_to_an_address_are_letters_to_it() {
    let server = Server::with(|settings| settings.limits.letters.burst = 2).await;
    let bob = server.user("bob").await;
    server.user("alice").await;
    for to in [CAROL, bob.email.as_str()] {
        for n in 0..5 {
            let caller = signs_in(&server.site, "alice", PASSWORD).await;
            let changes = Changes { email: Some(to.to_owned()), ..Changes::default() };
            let person = accounts::update(&server.site.core, caller, changes).await.unwrap();
            assert_eq!(person.pending_email.as_deref(), Some(to), "the answer is the same at {n}");
        }
        assert_eq!(letters_to(&server, to).await, 2);
    }
}

#[tokio::test]
async fn a_letter_that_is_withheld_is_the_same_work() {
    let server = Server::with(|settings| settings.limits.letters.burst = 1).await;
    let alice = server.user("alice").await;
    newcomer(&server, CAROL).await;
    for email in [&alice.email, "nobody@example.com"] {
        asks_for_a_reset(&server.site, email).await;
    }
    for email in [CAROL, "nobody@example.com"] {
        asks_to_confirm(&server, email).await;
    }
    let mut tables = Tables::of(&server.site);
    tables.watch();
    asks_for_a_reset(&server.site, &alice.email).await;
    let known = rows(&mut tables);
    asks_for_a_reset(&server.site, "nobody@example.com").await;
    assert_eq!(rows(&mut tables), known);
    asks_to_confirm(&server, CAROL).await;
    let waiting = rows(&mut tables);
    asks_to_confirm(&server, "nobody@example.com").await;
    assert_eq!(rows(&mut tables), waiting);
}

/// A flood of one kind stands in the way of no other, and of nothing that tells of a security event.
#[tokio::test]
async fn letters_of_one_kind_use_up_none_of_another() {
    let server = Server::with(|settings| settings.limits.letters.burst = 1).await;
    let alice = server.user("alice").await;
    for _ in 0..3 {
        asks_to_confirm(&server, &alice.email).await;
        registers_again(&server, &alice.email).await;
    }
    asks_for_a_reset(&server.site, &alice.email).await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let token = mailed_token(&server.site, &alice.email, "reset").await;
    let before = letters_to(&server, &alice.email).await;
    resets(&server.site, &token, NEW_PASSWORD).await.unwrap();
    assert_eq!(letters_to(&server, &alice.email).await, before + 1, "the letter of the change");
}

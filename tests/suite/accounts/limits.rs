//! How often the guessable may be tried: counted before the answer, on all nodes, and never for long.

use signet::{
    app::{self, Migrate},
    config::{Settings, limits::Free},
    services::{
        accounts::{LoginOutcome, Refusal},
        core::Core,
        visitor::Visitor,
    },
};
use tokio::task::JoinSet;

use super::authenticator::{answers, attempt, challenge, enrols, sent, typed, visitor};
use crate::{
    harness::{PASSWORD, Seconds, Server},
    tables::Tables,
};

const MANY: u32 = 100_000;

fn accounts(free: u32) -> impl FnOnce(&mut Settings) {
    move |settings| {
        settings.limits.tries.login = Free { per_address: MANY, per_account: free };
        settings.limits.tries.second_factor = Free { per_address: MANY, per_account: free };
    }
}

/// How long a guess has to wait; 0 where it was looked at.
async fn guess(core: &Core, name: &str) -> i64 {
    match attempt(core, typed(name, "guess")).await {
        Err(Refusal::InvalidCredentials) => 0,
        Err(Refusal::TooMany { retry_after }) => retry_after.0,
        other => panic!("a guess was right: {other:?}"),
    }
}

/// Another node on the same database.
async fn second_node(server: &Server) -> Core {
    let (settings, clock) = (server.site.core.settings.clone(), server.site.core.clock.clone());
    tokio::task::spawn_blocking(|| app::open(settings, clock, Migrate::Never).unwrap()).await.unwrap()
}

fn counted(server: &Server, buckets: &str) -> i64 {
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) AS number FROM rate_counters WHERE bucket LIKE '{buckets}'"
    );
    Tables::of(&server.site).number(&sql)
}

#[tokio::test]
async fn delays_grow_and_nobody_is_held_back_for_more_than_a_minute() {
    let server = Server::with(accounts(3)).await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    assert_eq!([guess(core, &alice.email).await, guess(core, &alice.email).await], [0, 0]);
    let mut waits = Vec::new();
    for _ in 0..9 {
        assert_eq!(guess(core, &alice.email).await, 0);
        waits.push(guess(core, &alice.email).await);
        server.advance(Seconds(*waits.last().unwrap())).await;
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
    assert!(attempt(core, typed(&alice.email, PASSWORD)).await.is_ok());
    assert_eq!(guess(core, &alice.email).await, 0, "a right password begins the count again");
    assert_eq!(guess(core, &alice.email).await, 0);
}

/// A lock is not made longer by those who do not wait: an owner cannot be held off.
#[tokio::test]
async fn a_bucket_that_is_locked_is_only_read() {
    let server = Server::with(accounts(1)).await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    assert_eq!(guess(core, &alice.email).await, 0);
    let mut tables = Tables::of(&server.site);
    tables.watch();
    for _ in 0..5 {
        assert_eq!(guess(core, &alice.email).await, 1);
    }
    assert!(matches!(attempt(core, typed(&alice.email, PASSWORD)).await, Err(Refusal::TooMany { .. })));
    assert_eq!(tables.written().values().sum::<i64>(), 0);
    server.advance(Seconds(1)).await;
    assert!(attempt(core, typed(&alice.email, PASSWORD)).await.is_ok());
}

/// Contracts, 8: limits hold over all nodes.
#[tokio::test]
async fn two_nodes_share_the_count() {
    let server = Server::with(accounts(4)).await;
    let alice = server.user("alice").await;
    let nodes = [server.site.core.clone(), second_node(&server).await];
    let mut waits = Vec::new();
    for n in 0..6 {
        waits.push(guess(&nodes[n % 2], &alice.email).await);
    }
    assert_eq!(waits, [0, 0, 0, 0, 1, 1]);
    let held = attempt(&nodes[1], typed(&alice.email, PASSWORD)).await;
    assert!(matches!(held, Err(Refusal::TooMany { .. })));
}

/// Counted before it is answered: whoever asks twenty times at once gets no more answers than one after the other.
#[tokio::test]
async fn of_many_guesses_at_once_each_is_counted() {
    let server = Server::with(accounts(MANY)).await;
    let alice = server.user("alice").await;
    let nodes = [server.site.core.clone(), second_node(&server).await];
    at_once(&nodes, &alice.email).await;
    assert_eq!(counted(&server, "login/account/%"), 20);
    assert_eq!(counted(&server, "login/address/%"), 20);
}

#[tokio::test]
async fn of_many_guesses_at_once_only_the_free_ones_are_looked_at() {
    let server = Server::with(accounts(5)).await;
    let alice = server.user("alice").await;
    let nodes = [server.site.core.clone(), second_node(&server).await];
    assert_eq!(at_once(&nodes, &alice.email).await, 5);
    assert_eq!(counted(&server, "login/account/%"), 5);
}

/// How many of twenty guesses were looked at.
async fn at_once(nodes: &[Core; 2], name: &str) -> usize {
    let mut guesses = JoinSet::new();
    for n in 0..20 {
        let (core, name) = (nodes[n % 2].clone(), name.to_owned());
        guesses.spawn(async move { guess(&core, &name).await });
    }
    guesses.join_all().await.into_iter().filter(|wait| *wait == 0).count()
}

/// Somebody who tries many names, and the office behind one address where everybody knows their password.
#[tokio::test]
async fn an_address_is_counted_too_and_right_passwords_make_room() {
    let server = Server::with(|settings| {
        settings.limits.tries.login = Free { per_address: 3, per_account: MANY };
    });
    let server = server.await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    for _ in 0..10 {
        assert!(attempt(core, typed(&alice.email, PASSWORD)).await.is_ok());
    }
    for name in ["a@example.com", "b@example.com", "c@example.com"] {
        assert_eq!(guess(core, name).await, 0);
    }
    assert_eq!(guess(core, "d@example.com").await, 1);
    let mut elsewhere = typed("d@example.com", "guess");
    elsewhere.visitor = Visitor { address: "198.51.100.1".parse().ok(), ..visitor() };
    assert!(matches!(attempt(core, elsewhere).await, Err(Refusal::InvalidCredentials)));
}

/// Made-up names fill no table: they fall into a fixed number of buckets that only the sealing key can compute.
#[tokio::test]
async fn a_name_is_kept_as_the_number_of_its_bucket() {
    let server = Server::start().await;
    for name in ["nobody@example.com", "' OR 1=1 --", ""] {
        assert_eq!(guess(&server.site.core, name).await, 0);
    }
    let mut tables = Tables::of(&server.site);
    let plain = "SELECT COUNT(*) AS number FROM rate_counters WHERE LENGTH(bucket) <> LENGTH('login/account/00000')";
    assert_eq!(tables.number(plain), 0);
    assert_eq!(tables.count("rate_counters"), 4);
}

/// Six digits are guessed at the account, not at the challenge: a new challenge brings no new tries.
#[tokio::test]
async fn wrong_codes_are_counted_over_all_challenges_and_doors() {
    let server = Server::with(accounts(3)).await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    let phone = enrols(&server, &alice).await;
    let posed = challenge(&server, &alice).await;
    assert!(matches!(answers(&server, &posed, "000000").await, Err(Refusal::InvalidSecondFactor)));
    let again = challenge(&server, &alice).await;
    assert!(matches!(answers(&server, &again, "000000").await, Err(Refusal::InvalidSecondFactor)));
    let inline = attempt(core, sent(&alice.email, PASSWORD, Some("000000"))).await;
    assert!(matches!(inline, Err(Refusal::InvalidSecondFactor)));
    let right = phone.shows(server.now());
    assert!(matches!(answers(&server, &again, &right).await, Err(Refusal::TooMany { .. })));
    let inline = attempt(core, sent(&alice.email, PASSWORD, Some(&right))).await;
    assert!(matches!(inline, Err(Refusal::TooMany { .. })));
    server.advance(Seconds(1)).await;
    answers(&server, &again, &phone.shows(server.now())).await.unwrap();
    let inline = attempt(core, sent(&alice.email, PASSWORD, Some("000000"))).await;
    assert!(matches!(inline, Err(Refusal::InvalidSecondFactor)), "a right code begins the count again");
    assert!(matches!(attempt(core, typed(&alice.email, PASSWORD)).await, Ok(LoginOutcome::SecondFactor(_))));
}

/// Who guesses on after the right password knows it: its owner learns that, by one letter a day.
#[tokio::test]
async fn many_wrong_codes_in_a_row_are_told_once_a_day() {
    let server = Server::start().await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    let phone = enrols(&server, &alice).await;
    let before = server.letters().await.len();
    let mut told = Vec::new();
    for _ in 0..3 {
        let posed = challenge(&server, &alice).await;
        for _ in 0..4 {
            answers(&server, &posed, "000000").await.unwrap_err();
        }
        attempt(core, sent(&alice.email, PASSWORD, Some("000000"))).await.unwrap_err();
        told.push(server.letters().await.len() - before);
    }
    assert_eq!(told, [0, 1, 1]);
    let letter = server.letter_to(&alice.email).await;
    assert!(letter.text.contains("wrong codes") && letter.link().ends_with("/account/forgot"), "{letter:?}");

    server.advance(Seconds::days(1)).await;
    let posed = challenge(&server, &alice).await;
    answers(&server, &posed, "000000").await.unwrap_err();
    answers(&server, &posed, &phone.shows(server.now())).await.unwrap();
    for _ in 0..9 {
        attempt(core, sent(&alice.email, PASSWORD, Some("000000"))).await.unwrap_err();
    }
    assert_eq!(server.letters().await.len() - before, 1, "a right code begins the count again");
    attempt(core, sent(&alice.email, PASSWORD, Some("000000"))).await.unwrap_err();
    assert_eq!(server.letters().await.len() - before, 2);
}

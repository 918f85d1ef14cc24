//! What twenty do at the same moment: one of them succeeds.

use std::future::Future;

use signet::services::{
    accounts::{self, Credential, Existing, Registered, Registration},
    visitor::Visitor,
};
use tokio::task::JoinSet;

use super::{
    another, asks_for_a_reset, caller, confirms, mailed_token, newcomer, registration, resets, signs_in,
    tries_to_sign_in, user_of,
};
use crate::{
    harness::{PASSWORD, Server},
    tables::Tables,
};

const MANY: usize = 20;
const CAROL: &str = "carol@example.com";

/// How many of them succeed.
async fn winners<F: Future<Output = bool> + Send + 'static>(each: impl Fn(usize) -> F) -> usize {
    let running: JoinSet<bool> = (0..MANY).map(each).collect();
    running.join_all().await.into_iter().filter(|won| *won).count()
}

#[tokio::test]
async fn one_of_many_uses_of_a_reset_link_succeeds() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let token = mailed_token(&server.site, &alice.email, "reset").await;
    let won = winners(|n| {
        let (site, token) = (server.site.clone(), token.clone());
        async move { resets(&site, &token, &format!("a-new-password-{n}")).await.is_ok() }
    });
    assert_eq!(won.await, 1);
    let mut opened = 0;
    for n in 0..MANY {
        let signed_in = tries_to_sign_in(&server.site, "alice", &format!("a-new-password-{n}")).await;
        opened += usize::from(signed_in.is_ok());
    }
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn one_of_many_uses_of_a_confirmation_code_succeeds() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    let won = winners(|_| {
        let (site, code) = (server.site.clone(), code.clone());
        async move { confirms(&site, CAROL, &code).await.is_ok() }
    });
    assert_eq!(won.await, 1);
}

#[tokio::test]
async fn one_of_many_uses_of_a_confirmation_link_succeeds() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    let token = mailed_token(&server.site, CAROL, "confirm").await;
    let won = winners(|_| {
        let (site, token) = (server.site.clone(), token.clone());
        async move { accounts::confirm_by_link(&site.core, token, caller(Credential::None)).await.is_ok() }
    });
    assert_eq!(won.await, 1);
}

/// Guesses that come at once are counted one by one: the right code among twenty may be too late, and is afterwards.
#[tokio::test]
async fn no_code_survives_many_guesses_at_once() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    let wrong = another(&code);
    let won = winners(|_| {
        let (site, wrong) = (server.site.clone(), wrong.clone());
        async move { confirms(&site, CAROL, &wrong).await.is_ok() }
    });
    assert_eq!(won.await, 0);
    assert!(confirms(&server.site, CAROL, &code).await.is_err());
    let sql = "SELECT attempts AS number FROM one_time_tokens";
    assert_eq!(Tables::of(&server.site).number(sql), 5, "counted up to its end, and no further");
}

#[tokio::test]
async fn one_of_many_registrations_of_an_address_makes_an_account() {
    let server = Server::start().await;
    let won = winners(|n| {
        let core = server.site.core.clone();
        let existing = if n % 2 == 0 { Existing::Tell } else { Existing::Hide };
        let wish = Registration { existing, ..registration(CAROL) };
        async move { matches!(accounts::register(&core, wish).await, Ok(Registered::New { .. })) }
    });
    assert_eq!(won.await, 1);
    assert_eq!(Tables::of(&server.site).count("users"), 1);
}

#[tokio::test]
async fn many_new_users_join_one_default_organisation() {
    let server = Server::with(|settings| settings.accounts.default_organisation = "Everybody".to_owned()).await;
    let won = winners(|n| {
        let core = server.site.core.clone();
        let wish = registration(&format!("user{n}@example.com"));
        async move { accounts::register(&core, wish).await.is_ok() }
    });
    assert_eq!(won.await, MANY);
    let mut tables = Tables::of(&server.site);
    assert_eq!((tables.count("organisations"), tables.count("memberships")), (1, 20));
}

/// Compare-and-set on the hash that was verified: of two tabs one changes the password.
#[tokio::test]
async fn one_of_many_changes_of_a_password_succeeds() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let caller = signs_in(&server.site, "alice", PASSWORD).await;
    let won = winners(|n| {
        let (core, caller) = (server.site.core.clone(), caller.clone());
        let (old, new) = (super::secret(PASSWORD), super::secret(&format!("a-new-password-{n}")));
        async move { accounts::change_password(&core, caller, old, new).await.is_ok() }
    });
    assert_eq!(won.await, 1);
    assert_eq!(user_of(&server.site, &alice.email).await.unwrap().version, 2);
}

/// Both take the user's row and the token: neither waits for the other for ever.
#[tokio::test]
async fn resets_beside_new_letters_beside_changes_end_without_a_fault() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    asks_for_a_reset(&server.site, &alice.email).await;
    let token = mailed_token(&server.site, &alice.email, "reset").await;
    let caller = signs_in(&server.site, "alice", PASSWORD).await;
    let faults = winners(|n| {
        let (site, token, caller, email) = (server.site.clone(), token.clone(), caller.clone(), alice.email.clone());
        async move {
            let ended = match n % 3 {
                0 => resets(&site, &token, "a-new-password-of-hers").await.map(drop),
                1 => accounts::request_reset(&site.core, email, Visitor::default()).await,
                _ => {
                    let (old, new) = (super::secret(PASSWORD), super::secret("another-new-password"));
                    accounts::change_password(&site.core, caller, old, new).await
                }
            };
            matches!(ended, Err(accounts::Refusal::Fault(_)))
        }
    });
    assert_eq!(faults.await, 0);
}

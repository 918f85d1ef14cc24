//! A new account, and an address that has one already.

use signet::{
    config::accounts::Registration as Policy,
    domain::{
        audit::{Action, Outcome},
        organisation::OrganisationRole,
        user::UserStatus,
    },
    services::accounts::{self, Existing, Refusal, Registered, Registration, Weakness},
};

use super::{log, me, newcomer, registers, registration, rows, secret, signs_in, user_of};
use crate::{
    harness::{PASSWORD, Server},
    tables::Tables,
};

fn hidden(email: &str) -> Registration {
    Registration { existing: Existing::Hide, ..registration(email) }
}

#[tokio::test]
async fn a_new_account_is_unproved_and_its_letter_has_a_code_and_a_link() {
    let server = Server::start().await;
    let user = newcomer(&server, " Carol@Example.com ").await;
    assert_eq!(user.email.as_deref(), Some("carol@example.com"));
    assert_eq!((user.email_verified, user.status, user.username.as_str()), (false, UserStatus::Active, "carol"));
    let letter = server.letter_to("carol@example.com").await;
    assert!(letter.link().starts_with(&format!("{}/account/confirm?token=", server.site.issuer)), "{letter:?}");
    assert_eq!(letter.code().len(), 6);
    assert!(!letter.text.contains("Carol"), "whoever typed the address chose the name, too: {letter:?}");
    assert_eq!(log(&server.site, &user.id).await, [(Action::Register, Outcome::Done)]);
    signs_in(&server.site, "carol", super::NEW_PASSWORD).await;
}

#[tokio::test]
async fn a_door_that_tells_says_that_an_address_is_taken() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let again = registers(&server, registration("ALICE@example.com")).await;
    assert!(matches!(again, Err(Refusal::EmailTaken)), "{again:?}");
    signs_in(&server.site, &alice.email, PASSWORD).await;
    assert!(server.letters().await.is_empty());
}

#[tokio::test]
async fn a_door_that_hides_answers_the_same_and_writes_to_the_owner() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let answer = registers(&server, hidden(&alice.email)).await.unwrap();
    let Registered::Pretended { id, email } = answer else { panic!("{answer:?}") };
    assert_eq!(email, alice.email);
    assert_ne!(id.as_str(), alice.id);
    signs_in(&server.site, &alice.email, PASSWORD).await;
    let letter = server.letter_to(&alice.email).await;
    assert!(letter.code.is_none() && letter.text.contains("/account"), "{letter:?}");
    assert_eq!(server.letters().await.len(), 1);
}

/// The rows of both are the same but for the account itself: neither takes visibly longer.
#[tokio::test]
async fn a_hidden_address_is_the_same_work() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let mut tables = Tables::of(&server.site);
    tables.watch();
    registers(&server, hidden("carol@example.com")).await.unwrap();
    let mut of_a_new_one = rows(&mut tables);
    assert_eq!(of_a_new_one.remove("INSERT users"), Some(1));
    assert!(of_a_new_one.remove("INSERT search_words").is_some());
    registers(&server, hidden(&alice.email)).await.unwrap();
    assert_eq!(rows(&mut tables), of_a_new_one);
}

/// Else a name that is known to be taken would tell which addresses are.
#[tokio::test]
async fn a_taken_username_says_nothing_of_the_address() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    server.user("bob").await;
    for email in [alice.email.as_str(), "carol@example.com"] {
        let wish = Registration { username: Some("Bob".to_owned()), ..hidden(email) };
        let answer = registers(&server, wish).await;
        assert!(matches!(answer, Err(Refusal::UsernameTaken)), "{answer:?}");
    }
}

/// Which of the plain names is free would tell whether an address like it has registered.
#[tokio::test]
async fn a_username_that_is_made_behind_a_hiding_door_tells_of_nobody_else() {
    let server = Server::start().await;
    for email in ["carol@example.com", "carol@example.org"] {
        registers(&server, hidden(email)).await.unwrap();
        let name = user_of(&server.site, email).await.unwrap().username;
        assert!(name.starts_with("carol-") && name.len() == "carol-".len() + 12, "{name}");
    }
    let open = newcomer(&server, "carol@example.net").await;
    assert_eq!(open.username, "carol");
    assert_eq!(newcomer(&server, "carol@example.edu").await.username, "carol-2");
}

#[tokio::test]
async fn a_password_that_does_not_do_is_refused_before_anything_is_written() {
    let server = Server::start().await;
    let mut tables = Tables::of(&server.site);
    tables.watch();
    let with = |password: &str| Registration { password: secret(password), ..registration("carol@example.com") };
    let refused = [
        ("short", Weakness::TooShort { minimum: 10 }),
        ("Password123!", Weakness::Common),
        ("carol@EXAMPLE.com", Weakness::Personal),
    ];
    for (password, expected) in refused {
        let answer = registers(&server, with(password)).await;
        assert!(matches!(&answer, Err(Refusal::WeakPassword(found)) if *found == expected), "{answer:?}");
    }
    let no_address = registers(&server, registration("carol")).await;
    assert!(matches!(no_address, Err(Refusal::InvalidEmail)), "{no_address:?}");
    for name in ["a b", "usr_carol"] {
        let name = Registration { username: Some(name.to_owned()), ..registration("carol@example.com") };
        assert!(matches!(registers(&server, name).await, Err(Refusal::InvalidUsername)));
    }
    let lines = Registration { name: Some("a\nb".to_owned()), ..registration("carol@example.com") };
    assert!(matches!(registers(&server, lines).await, Err(Refusal::Malformed("name"))));
    assert!(rows(&mut tables).is_empty());
}

#[tokio::test]
async fn a_deployment_may_close_registration() {
    let server = Server::with(|settings| settings.accounts.registration = Policy::Closed).await;
    let answer = registers(&server, registration("carol@example.com")).await;
    assert!(matches!(answer, Err(Refusal::RegistrationClosed)), "{answer:?}");
}

#[tokio::test]
async fn whoever_names_an_organisation_is_its_admin() {
    let server = Server::start().await;
    let wish = Registration { organisation: Some(" Acme ".to_owned()), ..registration("carol@example.com") };
    let Ok(Registered::New { membership, .. }) = registers(&server, wish).await else { panic!() };
    let membership = membership.unwrap();
    assert_eq!((membership.organisation.name.as_str(), membership.role), ("Acme", OrganisationRole::Admin));
    let caller = signs_in(&server.site, "carol", super::NEW_PASSWORD).await;
    assert_eq!(me(&server.site, &caller).await.unwrap().membership, Some(membership));
    // Names are no keys: another Acme is another's.
    let other = Registration { organisation: Some("Acme".to_owned()), ..registration("dave@example.com") };
    registers(&server, other).await.unwrap();
    assert_eq!(Tables::of(&server.site).count("organisations"), 2);
}

#[tokio::test]
async fn new_users_join_the_default_organisation() {
    let server = Server::with(|settings| settings.accounts.default_organisation = "Everybody".to_owned()).await;
    for name in ["carol", "dave"] {
        let answer = registers(&server, registration(&format!("{name}@example.com"))).await;
        let Ok(Registered::New { membership, .. }) = answer else { panic!("{answer:?}") };
        let membership = membership.unwrap();
        assert_eq!((membership.organisation.name.as_str(), membership.role), ("Everybody", OrganisationRole::Member));
    }
    assert_eq!(Tables::of(&server.site).count("organisations"), 1);
}

#[tokio::test]
async fn whether_an_address_is_registered_is_told_unless_it_is_switched_off() {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let ask = async |server: &Server, email: &str| {
        accounts::is_registered(&server.site.core, email.to_owned(), signet::services::visitor::Visitor::default())
            .await
    };
    assert!(ask(&server, &alice.email).await.unwrap());
    assert!(!ask(&server, "carol@example.com").await.unwrap());
    assert!(matches!(ask(&server, "carol").await, Err(Refusal::InvalidEmail)));
    let silent = Server::with(|settings| settings.accounts.check_registration = false).await;
    assert!(matches!(ask(&silent, "carol@example.com").await, Err(Refusal::NotFound(_))));
}

//! Addresses that are proved, by code and by link.

use signet::{
    domain::{
        audit::{Action, Outcome},
        user::User,
    },
    services::{
        accounts::{self, Caller, Changes, Credential, Refusal},
        visitor::Visitor,
    },
};

use super::{
    NEW_PASSWORD, another, asks_for_a_reset, caller, confirms, is_signed_in, log, mailed_token, me, newcomer, resets,
    rows, secret, signs_in, user_of,
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
    accounts::confirm_by_link(&site.core, secret(token), caller(Credential::None)).await
}

async fn asks_again(site: &Site, email: &str) {
    accounts::request_confirmation(&site.core, email.to_owned(), Visitor::default()).await.unwrap();
}

/// Signs in and asks for another address.
async fn wants(site: &Site, name: &str, password: &str, email: &str) -> Caller {
    let caller = signs_in(site, name, password).await;
    let changes = Changes { email: Some(email.to_owned()), ..Changes::default() };
    accounts::update(&site.core, caller.clone(), changes).await.unwrap();
    caller
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

/// Whoever asks for another letter must not take the owner's away; the proof takes all of them.
#[tokio::test]
async fn a_new_letter_leaves_the_code_and_the_link_of_the_old_one_good() {
    let server = Server::start().await;
    for by_link in [true, false] {
        let email = format!("carol-{by_link}@example.com");
        newcomer(&server, &email).await;
        let (code, token) = (server.letter_to(&email).await.code().to_owned(), link_of(&server, &email).await);
        server.advance(Seconds(1)).await;
        asks_again(&server.site, &email).await;
        let (new_code, new_token) = (server.letter_to(&email).await.code().to_owned(), link_of(&server, &email).await);
        let proved =
            if by_link { follows(&server.site, &token).await } else { confirms(&server.site, &email, &code).await };
        assert!(proved.unwrap().email_verified);
        assert!(is_refused(&confirms(&server.site, &email, &new_code).await));
        assert!(is_refused(&follows(&server.site, &new_token).await));
    }
}

async fn link_of(server: &Server, email: &str) -> String {
    mailed_token(&server.site, email, "confirm").await.reveal().clone()
}

#[tokio::test]
async fn only_the_newest_letters_are_good() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    let mut links = vec![link_of(&server, CAROL).await];
    for _ in 0..3 {
        server.advance(Seconds(61)).await;
        asks_again(&server.site, CAROL).await;
        links.push(link_of(&server, CAROL).await);
    }
    assert!(is_refused(&follows(&server.site, &links[0]).await));
    assert!(follows(&server.site, &links[1]).await.is_ok());
}

/// Several codes are good at once; guesses at them count together.
#[tokio::test]
async fn more_letters_allow_no_more_guesses() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    let mut codes = vec![server.letter_to(CAROL).await.code().to_owned()];
    let mut wrong = another(&codes[0]);
    for n in 0..5 {
        if n == 2 || n == 4 {
            server.advance(Seconds(1)).await;
            asks_again(&server.site, CAROL).await;
            codes.push(server.letter_to(CAROL).await.code().to_owned());
        }
        while codes.contains(&wrong) {
            wrong = another(&wrong);
        }
        assert!(is_refused(&confirms(&server.site, CAROL, &wrong).await));
    }
    for code in &codes {
        assert!(is_refused(&confirms(&server.site, CAROL, code).await), "a code outlived five guesses");
    }
    asks_again(&server.site, CAROL).await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    confirms(&server.site, CAROL, &code).await.unwrap();
}

/// Who mistyped the new address, and corrects it, has not given the account to whoever reads the first.
#[tokio::test]
async fn a_new_address_that_is_asked_for_instead_ends_the_one_before() {
    let server = Server::start().await;
    server.user("alice").await;
    let asker = wants(&server.site, "alice", PASSWORD, "mistyped@example.com").await;
    let mistyped = link_of(&server, "mistyped@example.com").await;
    wants(&server.site, "alice", PASSWORD, "new@example.com").await;
    assert!(is_refused(&follows(&server.site, &mistyped).await));
    assert_eq!(me(&server.site, &asker).await.unwrap().pending_email.as_deref(), Some("new@example.com"));
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
    let waiting = rows(&mut tables);
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

/// Keycloak CVE-2026-9087: whoever registers another's address stays signed in no longer than its owner proves nothing.
#[tokio::test]
async fn the_first_proof_ends_every_session_but_the_one_that_proves() {
    let server = Server::start().await;
    for kept in [true, false] {
        let email = format!("carol-{kept}@example.com");
        newcomer(&server, &email).await;
        let (planted, own) =
            (signs_in(&server.site, &email, NEW_PASSWORD).await, signs_in(&server.site, &email, NEW_PASSWORD).await);
        let token = mailed_token(&server.site, &email, "confirm").await;
        let prover = if kept { own.clone() } else { caller(Credential::None) };
        accounts::confirm_by_link(&server.site.core, token, prover).await.unwrap();
        assert!(!is_signed_in(&server.site, &planted).await);
        assert_eq!(is_signed_in(&server.site, &own).await, kept);
    }
}

/// By the code, too, and whoever is signed in to another account proves as anybody does.
#[tokio::test]
async fn somebody_elses_session_keeps_none_of_this_account() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    server.user("alice").await;
    let alice = signs_in(&server.site, "alice", PASSWORD).await;
    let planted = signs_in(&server.site, CAROL, NEW_PASSWORD).await;
    let code = server.letter_to(CAROL).await.code().to_owned();
    accounts::confirm(&server.site.core, CAROL.to_owned(), secret(&code), alice.clone()).await.unwrap();
    assert_eq!((is_signed_in(&server.site, &planted).await, is_signed_in(&server.site, &alice).await), (false, true));
}

/// Who led an account that nobody ever proved to another's address is out, too; a proved one keeps its other devices.
#[tokio::test]
async fn a_move_ends_the_sessions_of_an_account_that_nobody_had_proved() {
    let server = Server::start().await;
    newcomer(&server, CAROL).await;
    server.user("alice").await;
    for (name, password, stays) in [(CAROL, NEW_PASSWORD, false), ("alice", PASSWORD, true)] {
        let to = format!("of-{stays}@example.com");
        let asker = wants(&server.site, name, password, &to).await;
        let code = server.letter_to(&to).await.code().to_owned();
        confirms(&server.site, &to, &code).await.unwrap();
        assert_eq!(is_signed_in(&server.site, &asker).await, stays);
    }
}

/// Applications that were let in elsewhere are out; those of the session that proves stay, offline ones too.
#[tokio::test]
async fn the_first_proof_ends_the_grants_of_other_sessions() {
    let server = Server::start().await;
    let app = server.client().scope("openid offline_access").create().await;
    newcomer(&server, CAROL).await;
    let credentials = [("email", CAROL), ("password", NEW_PASSWORD)];
    let (mut refreshed, browsers) = (Vec::new(), [server.browser(), server.browser()]);
    for browser in &browsers {
        let asked = app.authorize(browser).await;
        let mut answer = browser.submit(&credentials).await;
        if !answer.forms().is_empty() {
            answer = browser.submit(&[("decision", "allow")]).await;
        }
        refreshed.push(app.redeems(&asked.code(&answer)).await.expect_tokens());
    }
    browsers[1].get(server.letter_to(CAROL).await.link()).await;
    browsers[1].submit(&[]).await.expect_status(200);
    app.refreshes(refreshed[0].refresh()).await.expect_refusal("invalid_grant");
    app.refreshes(refreshed[1].refresh()).await.expect_tokens();
}

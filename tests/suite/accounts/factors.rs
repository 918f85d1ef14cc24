//! The second factor: set up, asked for, renewed, taken away.

use crate::harness::operator;
use signet::{
    config::second_factor::Required,
    domain::{
        one_time::Purpose,
        session::{Door, Methods, SecondFactor},
    },
    services::{
        accounts::{LoginOutcome, Refusal},
        admin::users,
        factors::{self, Answer, Challenge},
    },
};

use super::authenticator::{
    Authenticator, answer, answers, attempt, caller, challenge, enrols, secret, sent, signed_in, typed, visitor,
};
use crate::{
    harness::{PASSWORD, Seconds, Server, TestUser},
    tables::Tables,
};

const WRONG: &str = "000000";

async fn cast() -> (Server, TestUser, Authenticator) {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let phone = enrols(&server, &alice).await;
    (server, alice, phone)
}

fn is_wrong<T>(outcome: Result<T, Refusal>) -> bool {
    outcome.is_err_and(|refusal| matches!(refusal, Refusal::InvalidSecondFactor))
}

#[tokio::test]
async fn a_factor_counts_only_after_its_first_code() {
    let server = Server::start().await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    let caller = signed_in(&server, &alice).await;
    let enrolment = factors::enable(core, caller.clone()).await.unwrap();
    assert!(matches!(attempt(core, typed(&alice.email, PASSWORD)).await, Ok(LoginOutcome::SignedIn(_))));

    assert!(is_wrong(factors::confirm(core, caller.clone(), secret(WRONG)).await));
    let backup_code = enrolment.backup_codes[0].clone();
    assert!(
        is_wrong(factors::confirm(core, caller.clone(), backup_code).await),
        "a backup code proves no authenticator"
    );
    let again = factors::pending(core, caller.clone()).await.unwrap().unwrap();
    assert_eq!(again.secret.reveal(), enrolment.secret.reveal());
    assert_eq!(again.backup_codes[9].reveal(), enrolment.backup_codes[9].reveal());

    let phone = Authenticator::scans(&enrolment);
    factors::confirm(core, caller.clone(), secret(&phone.shows(server.now()))).await.unwrap();
    challenge(&server, &alice).await;
    assert!(matches!(factors::enable(core, caller.clone()).await, Err(Refusal::SecondFactorAlreadyOn)));
    assert!(factors::pending(core, caller).await.unwrap().is_none());
}

/// RFC 8176 §2: how somebody signed in is what the session says.
#[tokio::test]
async fn a_code_makes_a_session_of_two_factors() {
    let (server, alice, phone) = cast().await;
    let posed = challenge(&server, &alice).await;
    let begun = answers(&server, &posed, &phone.shows(server.now())).await.unwrap();
    assert_eq!(begun.session.methods, Methods::PASSWORD.and(SecondFactor::Totp));
    assert_eq!(begun.session.methods.amr(), ["pwd", "otp", "mfa"]);
    let posed = challenge(&server, &alice).await;
    let code = phone.backup_codes[3].clone();
    let grouped = format!("{}-{}", &code[..4], &code[4..]);
    let begun = answers(&server, &posed, &grouped).await.unwrap();
    assert_eq!(begun.session.methods, Methods::PASSWORD.and(SecondFactor::BackupCode));
}

/// RFC 6238 §5.2: not the same step again, and none before it.
#[tokio::test]
async fn a_step_is_accepted_once_and_none_before_it_afterwards() {
    let (server, alice, phone) = cast().await;
    let (earlier, now) = (phone.shows(server.now()), phone.shows(server.now() + 30));
    let first = challenge(&server, &alice).await;
    answers(&server, &first, &now).await.unwrap();
    for spent in [&now, &earlier] {
        let posed = challenge(&server, &alice).await;
        assert!(is_wrong(answers(&server, &posed, spent).await), "{spent}");
    }
    server.advance(Seconds(60)).await;
    let posed = challenge(&server, &alice).await;
    answers(&server, &posed, &phone.shows(server.now())).await.unwrap();
}

#[tokio::test]
async fn a_backup_code_works_once() {
    let (server, alice, phone) = cast().await;
    let posed = challenge(&server, &alice).await;
    answers(&server, &posed, &phone.backup_codes[0]).await.unwrap();
    let posed = challenge(&server, &alice).await;
    assert!(is_wrong(answers(&server, &posed, &phone.backup_codes[0]).await));
    answers(&server, &posed, &phone.backup_codes[1]).await.unwrap();
}

/// Contracts, 9: dead after five wrong codes, the right one included.
#[tokio::test]
async fn a_challenge_is_dead_after_five_wrong_codes() {
    let (server, alice, phone) = cast().await;
    let right = phone.shows(server.now());
    let four = challenge(&server, &alice).await;
    let five = challenge(&server, &alice).await;
    for n in 0..5 {
        assert!(is_wrong(answers(&server, &five, WRONG).await));
        assert!(n == 4 || is_wrong(answers(&server, &four, WRONG).await));
    }
    assert!(is_wrong(answers(&server, &five, &right).await));
    answers(&server, &four, &right).await.unwrap();
}

#[tokio::test]
async fn a_challenge_is_good_for_five_minutes() {
    let (server, alice, phone) = cast().await;
    let (early, late) = (challenge(&server, &alice).await, challenge(&server, &alice).await);
    server.advance(Seconds(299)).await;
    answers(&server, &early, &phone.shows(server.now())).await.unwrap();
    server.advance(Seconds(1)).await;
    assert!(is_wrong(answers(&server, &late, &phone.backup_codes[0]).await));
}

/// Keycloak CVE-2026-18963: a step counts only with the proof of the step before it, where that was given.
#[tokio::test]
async fn a_challenge_is_good_at_its_door_and_on_its_browser_alone() {
    let (server, alice, phone) = cast().await;
    let (core, posed) = (&server.site.core, challenge(&server, &alice).await);
    let right = phone.shows(server.now());
    let mut stranger = visitor();
    stranger.browser = Some(secret("another browser"));
    let made_up = Challenge { token: secret("made-up"), ..posed.clone() };
    for wrong in [
        Answer { door: Door::Api("datix".to_owned()), ..answer(&posed, &right) },
        Answer { visitor: stranger, ..answer(&posed, &right) },
        answer(&made_up, &right),
    ] {
        assert!(is_wrong(factors::answer(core, wrong).await));
    }
    let enrolment = factors::finish_enrolment(core, answer(&posed, &right)).await;
    assert!(is_wrong(enrolment), "a challenge of one purpose is nothing at another's door");
    answers(&server, &posed, &right).await.unwrap();
}

#[tokio::test]
async fn what_happens_between_the_two_steps_counts() {
    let (server, alice, phone) = cast().await;
    let posed = challenge(&server, &alice).await;
    alice.is_suspended().await;
    assert!(is_wrong(answers(&server, &posed, &phone.backup_codes[0]).await), "a suspension ends what is under way");
    alice.is_active_again().await;
    assert!(is_wrong(answers(&server, &posed, &phone.backup_codes[1]).await));

    let posed = challenge(&server, &alice).await;
    users::set_password(&server.site.core, &operator(), &alice.email, secret("another-password-of-hers"))
        .await
        .unwrap();
    assert!(is_wrong(answers(&server, &posed, &phone.backup_codes[2]).await), "the old password stood behind it");
}

#[tokio::test]
async fn taking_it_away_needs_the_password_and_a_code() {
    let (server, alice, phone) = cast().await;
    let core = &server.site.core;
    let posed = challenge(&server, &alice).await;
    let me = caller(&answers(&server, &posed, &phone.backup_codes[0]).await.unwrap());
    let backup = &phone.backup_codes[1];
    let wrong_password = factors::disable(core, me.clone(), secret("guess-guess"), secret(backup)).await;
    assert!(matches!(wrong_password, Err(Refusal::InvalidCredentials)));
    assert!(is_wrong(factors::disable(core, me.clone(), secret(PASSWORD), secret(WRONG)).await));
    factors::disable(core, me.clone(), secret(PASSWORD), secret(backup)).await.unwrap();
    assert!(matches!(attempt(core, typed(&alice.email, PASSWORD)).await, Ok(LoginOutcome::SignedIn(_))));
    let off = factors::disable(core, me, secret(PASSWORD), secret(backup)).await;
    assert!(matches!(off, Err(Refusal::SecondFactorOff)));
}

#[tokio::test]
async fn new_backup_codes_end_the_old_ones_and_need_the_authenticator() {
    let (server, alice, phone) = cast().await;
    let core = &server.site.core;
    let posed = challenge(&server, &alice).await;
    let me = caller(&answers(&server, &posed, &phone.backup_codes[0]).await.unwrap());
    assert!(is_wrong(factors::renew_backup_codes(core, me.clone(), secret(&phone.backup_codes[1])).await));
    let fresh = factors::renew_backup_codes(core, me, secret(&phone.shows(server.now()))).await.unwrap();
    assert_eq!(fresh.len(), 10);
    let posed = challenge(&server, &alice).await;
    assert!(is_wrong(answers(&server, &posed, &phone.backup_codes[1]).await));
    answers(&server, &posed, fresh[0].reveal()).await.unwrap();
}

/// A deployment can demand it: whoever has none sets it up on the way in, in the browser.
#[tokio::test]
async fn a_demanded_factor_is_set_up_on_the_way_in() {
    let server = Server::with(|settings| settings.second_factor.required = Required::Everybody).await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    let elsewhere = attempt(core, sent(&alice.email, PASSWORD, None)).await;
    assert!(matches!(elsewhere, Err(Refusal::SecondFactorMissing)));

    let posed = challenge(&server, &alice).await;
    assert_eq!(posed.purpose, Purpose::Enrolment);
    let token = || posed.token.clone();
    let first = factors::begin_enrolment(core, token(), Door::Browser, visitor()).await.unwrap();
    let finish = |code: &str| factors::finish_enrolment(core, answer(&posed, code));
    assert!(is_wrong(finish(WRONG).await));
    let again = factors::begin_enrolment(core, token(), Door::Browser, visitor()).await.unwrap();
    assert_eq!(first.uri.reveal(), again.uri.reveal(), "a mistyped code makes nobody scan again");
    let phone = Authenticator::scans(&first);
    let begun = finish(&phone.shows(server.now())).await.unwrap();
    assert_eq!(begun.session.methods, Methods::PASSWORD.and(SecondFactor::Totp));
    assert!(factors::begin_enrolment(core, token(), Door::Browser, visitor()).await.is_err());

    let posed = challenge(&server, &alice).await;
    assert_eq!(posed.purpose, Purpose::SecondFactor);
    answers(&server, &posed, &phone.backup_codes[9]).await.unwrap();
}

/// Who has only the password sees no secret that its owner is about to scan.
#[tokio::test]
async fn each_challenge_has_a_secret_of_its_own() {
    let server = Server::with(|settings| settings.second_factor.required = Required::Everybody).await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    let (thief, owner) = (challenge(&server, &alice).await, challenge(&server, &alice).await);
    let begins = async |posed: &Challenge| {
        factors::begin_enrolment(core, posed.token.clone(), Door::Browser, visitor()).await.unwrap()
    };
    let (seen, scanned) = (begins(&thief).await, begins(&owner).await);
    assert_ne!(seen.uri.reveal(), scanned.uri.reveal());
    assert!(is_wrong(factors::finish_enrolment(core, answer(&thief, WRONG)).await));
    assert_eq!(begins(&thief).await.uri.reveal(), seen.uri.reveal(), "and never the owner's");
    let phone = Authenticator::scans(&scanned);
    factors::finish_enrolment(core, answer(&owner, &phone.shows(server.now()))).await.unwrap();
}

/// Who borrows a session sees no secret that its owner is about to scan.
#[tokio::test]
async fn each_session_sees_the_secret_of_its_own_alone() {
    let server = Server::start().await;
    let (alice, core) = (server.user("alice").await, &server.site.core);
    let (owner, thief) = (signed_in(&server, &alice).await, signed_in(&server, &alice).await);
    let scanned = factors::enable(core, owner.clone()).await.unwrap();
    assert!(factors::pending(core, thief.clone()).await.unwrap().is_none());
    let again = factors::pending(core, owner.clone()).await.unwrap().unwrap();
    assert_eq!(again.uri.reveal(), scanned.uri.reveal());

    let seen = factors::enable(core, thief).await.unwrap();
    assert_ne!(seen.uri.reveal(), scanned.uri.reveal());
    assert!(factors::pending(core, owner).await.unwrap().is_none(), "the thief's secret is not the owner's");
}

#[tokio::test]
async fn a_demand_of_administrators_concerns_nobody_else() {
    let server = Server::with(|settings| settings.second_factor.required = Required::Admins).await;
    let alice = server.user("alice").await;
    signed_in(&server, &alice).await;
    Tables::of(&server.site).execute("UPDATE users SET role = 'admin'");
    assert_eq!(challenge(&server, &alice).await.purpose, Purpose::Enrolment);
}

/// Design §4: sealed, with the row as associated data. A secret that was moved to another row is a fault, no factor.
#[tokio::test]
async fn a_secret_is_sealed_for_its_user() {
    let (server, alice, phone) = cast().await;
    let bob = server.user("bob").await;
    enrols(&server, &bob).await;
    let move_it = format!(
        "UPDATE totp_factors SET sealed_secret = (SELECT sealed_secret FROM totp_factors WHERE user_id = '{}') \
         WHERE user_id = '{}'",
        alice.id, bob.id
    );
    Tables::of(&server.site).execute(&move_it);
    let posed = challenge(&server, &bob).await;
    assert!(matches!(answers(&server, &posed, &phone.shows(server.now())).await, Err(Refusal::Fault(_))));
}

#[tokio::test]
async fn each_step_of_a_sign_in_is_written_down() {
    let (server, alice, phone) = cast().await;
    let posed = challenge(&server, &alice).await;
    assert!(is_wrong(answers(&server, &posed, WRONG).await));
    answers(&server, &posed, &phone.shows(server.now())).await.unwrap();
    let mut tables = Tables::of(&server.site);
    for (action, outcome, times) in [
        ("login", "done", 2),
        ("second_factor", "refused", 1),
        ("second_factor", "done", 1),
        ("enable_second_factor", "done", 1),
    ] {
        let sql = format!(
            "SELECT COUNT(*) AS number FROM audit_events WHERE user_id = '{}' AND action = '{action}' \
             AND outcome = '{outcome}' AND address = '192.0.2.7'",
            alice.id
        );
        assert_eq!(tables.number(&sql), times, "{action} {outcome}");
    }
    assert_eq!(tables.count("mail_outbox"), 1, "the owner is told that it is on");
}

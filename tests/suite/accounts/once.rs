//! What many do at the same moment with one code: one of them gets in.

use signet::services::factors;
use tokio::task::JoinSet;

use super::authenticator::{Authenticator, answer, challenge, enrols};
use crate::harness::{Server, TestUser};

const MANY: usize = 20;

async fn cast() -> (Server, TestUser, Authenticator) {
    let server = Server::start().await;
    let alice = server.user("alice").await;
    let phone = enrols(&server, &alice).await;
    (server, alice, phone)
}

/// How many got in, each with a challenge of its own.
async fn get_in(server: &Server, alice: &TestUser, code: &str) -> usize {
    let mut answers = Vec::new();
    for _ in 0..MANY {
        answers.push(answer(&challenge(server, alice).await, code));
    }
    at_once(server, answers).await
}

async fn at_once(server: &Server, answers: Vec<factors::Answer>) -> usize {
    let mut running = JoinSet::new();
    for answer in answers {
        let core = server.site.core.clone();
        running.spawn(async move { factors::answer(&core, answer).await });
    }
    running.join_all().await.into_iter().flatten().count()
}

/// RFC 6238 §5.2.
#[tokio::test]
async fn one_step_lets_one_in() {
    let (server, alice, phone) = cast().await;
    assert_eq!(get_in(&server, &alice, &phone.shows(server.now())).await, 1);
}

#[tokio::test]
async fn one_backup_code_lets_one_in() {
    let (server, alice, phone) = cast().await;
    assert_eq!(get_in(&server, &alice, &phone.backup_codes[0]).await, 1);
}

/// Ten right codes at once: the challenge is spent by the first.
#[tokio::test]
async fn one_challenge_lets_one_in() {
    let (server, alice, phone) = cast().await;
    let posed = challenge(&server, &alice).await;
    let codes = phone.backup_codes.iter().cycle().take(MANY);
    assert_eq!(at_once(&server, codes.map(|code| answer(&posed, code)).collect()).await, 1);
}

/// Twenty guesses at once are no more than five: the right one among those beyond comes too late.
#[tokio::test]
async fn many_wrong_codes_at_once_leave_nothing_to_answer() {
    let (server, alice, phone) = cast().await;
    let posed = challenge(&server, &alice).await;
    assert_eq!(at_once(&server, (0..MANY).map(|_| answer(&posed, "000000")).collect()).await, 0);
    assert_eq!(at_once(&server, vec![answer(&posed, &phone.backup_codes[0])]).await, 0);
}

//! `kill -9` in the middle of the work: what was acknowledged is still there, and what was spent stays spent.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::task::JoinSet;

use crate::{
    harness::{Answer, Code, Request, TestClient, TestUser},
    program::{CALLBACK, Installation, Running, eventually},
};

const WORKERS: usize = 4;
/// More than are redeemed before the kill.
const CODES: usize = 40;
const REFRESHES: usize = 3;

/// A code, and what the client knows of it.
struct Family {
    code: Code,
    known: Known,
}

enum Known {
    Untouched,
    /// It was sent, and nobody answered.
    Doubtful,
    /// The newest refresh token that was acknowledged.
    Held(String),
}

/// What the workers share.
#[derive(Default)]
struct Load {
    waiting: Mutex<Vec<Family>>,
    left: Mutex<Vec<Family>>,
    acknowledged: AtomicUsize,
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill_and_what_was_spent_stays_spent() {
    let mut installation = Installation::fresh();
    // However long the restart takes, a lost answer counts as one.
    installation.set("SIGNET_TOKENS__REFRESH_GRACE_SECONDS", "300").set("SIGNET_TOKENS__CODE_SECONDS", "600");
    let mut running = installation.serve().await;
    let site = installation.site().await;
    let (app, alice) = (installation.client(&site, &CALLBACK), installation.user(&site, "alice"));
    alice.approves(&app).await;

    // From the first answers to the middle of the refreshes.
    for acknowledged in [3, 40, 110] {
        let families = under_load(&app, &alice, &mut running, acknowledged).await;
        running = installation.serve_again().await;
        for family in families {
            check(&app, family).await;
        }
    }
}

/// Redeems and refreshes until so much was acknowledged, and kills the server in the midst of it.
async fn under_load(app: &TestClient, alice: &TestUser, running: &mut Running, acknowledged: usize) -> Vec<Family> {
    let load = Arc::new(Load::default());
    for _ in 0..CODES {
        let code = alice.asked_by(app).await.expect_code();
        load.waiting.lock().unwrap().push(Family { code, known: Known::Untouched });
    }
    let workers: JoinSet<()> = (0..WORKERS).map(|_| work(app.clone(), Arc::clone(&load))).collect();
    eventually("so many answers", || async { load.acknowledged.load(Ordering::SeqCst) >= acknowledged }).await;
    running.kill();
    workers.join_all().await;
    let (mut families, untouched) = (std::mem::take(&mut *load.left.lock().unwrap()), &load.waiting);
    families.append(&mut untouched.lock().unwrap());
    assert!(families.iter().any(|family| matches!(family.known, Known::Held(_))));
    families
}

async fn work(app: TestClient, load: Arc<Load>) {
    loop {
        let next = load.waiting.lock().unwrap().pop();
        let Some(mut family) = next else { return };
        let goes_on = use_up(&app, &mut family, &load).await;
        load.left.lock().unwrap().push(family);
        if goes_on.is_none() {
            return;
        }
    }
}

/// `None`: the server is gone.
async fn use_up(app: &TestClient, family: &mut Family, load: &Load) -> Option<()> {
    family.known = Known::Doubtful;
    let mut answer = send(app.redeems(&family.code)).await?;
    for _ in 0..=REFRESHES {
        let held = answer.expect_tokens().refresh().to_owned();
        load.acknowledged.fetch_add(1, Ordering::SeqCst);
        family.known = Known::Held(held.clone());
        answer = send(app.refreshes(&held)).await?;
    }
    family.known = Known::Held(answer.expect_tokens().refresh().to_owned());
    Some(())
}

/// The harness panics where no answer comes; here that is what is waited for.
async fn send(request: Request) -> Option<Answer> {
    let sent = tokio::time::timeout(Duration::from_mins(1), tokio::spawn(request.into_future()));
    sent.await.expect("an answer or a closed connection").ok()
}

async fn check(app: &TestClient, Family { code, known }: Family) {
    match known {
        Known::Untouched => drop(app.redeems(&code).await.expect_tokens()),
        Known::Doubtful => {
            let answer = app.redeems(&code).await;
            assert!([200, 400].contains(&answer.status), "{answer:?}");
        }
        Known::Held(token) => {
            let tokens = app.refreshes(&token).await.expect_tokens();
            assert_eq!(app.introspects(&tokens.access_token).await.json()["active"], true);
            app.refreshes(tokens.refresh()).await.expect_tokens();
        }
    }
    app.redeems(&code).await.expect_refusal("invalid_grant");
}

/// A session, a consent and a client that were acknowledged a moment before.
#[tokio::test]
async fn what_people_and_administrators_did_survives_a_kill() {
    let mut installation = Installation::fresh();
    let mut running = installation.serve().await;
    let site = installation.site().await;
    let (app, alice) = (installation.client(&site, &CALLBACK), installation.user(&site, "alice"));
    let code = alice.approves(&app).await;
    let (bob, late) = (installation.user(&site, "bob"), installation.client(&site, &CALLBACK));
    running.kill();
    let _running = installation.serve_again().await;

    app.redeems(&code).await.expect_tokens();
    alice.asked_by(&app).await.expect_code();
    late.redeems(&bob.approves(&late).await).await.expect_tokens();
}

//! One chain, whoever makes it and whatever happens meanwhile.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use signet::{
    domain::time::Timestamp,
    services::audit::{self, Finding},
};

use super::{Log, write};

#[tokio::test]
async fn entries_wait_until_they_are_chained() {
    let log = Log::empty().await;
    assert!(!audit::is_due(log.core()).unwrap());
    let verdict = log.verdict().await;
    assert_eq!((verdict.finding, verdict.verified, verdict.waiting), (Finding::Intact, 0, 0));

    log.write(3);
    assert!(audit::is_due(log.core()).unwrap());
    let verdict = log.verdict().await;
    assert_eq!((verdict.finding, verdict.verified, verdict.waiting), (Finding::Intact, 0, 3));

    log.chain();
    assert!(!audit::is_due(log.core()).unwrap());
    log.write(2);
    let verdict = log.verdict().await;
    assert_eq!((verdict.finding, verdict.verified, verdict.waiting), (Finding::Intact, 3, 2));
    assert_eq!(verdict.reached.position, 3);
}

#[tokio::test]
async fn batches_are_chained_until_none_waits() {
    let mut log = Log::empty().await;
    log.write(1100);
    let chained = [(); 4].map(|()| audit::chain(log.core()).unwrap());
    assert_eq!(chained, [500, 500, 100, 0]);
    assert_eq!(log.verdict().await.verified, 1100);
    assert_eq!(log.tables.number("SELECT MAX(position) AS number FROM audit_events"), 1100);
}

/// Without any lease, as where one ends in the middle: the head decides who was first, from the first batch on.
#[tokio::test]
async fn of_20_parallel_chainers_comes_one_chain() {
    let mut log = Log::empty().await;
    log.write(700);
    let core = log.core();
    thread::scope(|scope| {
        for chainer in 0..20 {
            scope.spawn(move || {
                for turn in 0..5 {
                    write(core, &format!("{chainer} {turn}"));
                    audit::chain(core).unwrap();
                }
            });
        }
    });
    log.chain();
    let verdict = log.verdict().await;
    assert_eq!((verdict.finding, verdict.verified, verdict.waiting), (Finding::Intact, 800, 0));
    let places = "SELECT COUNT(DISTINCT position) AS number FROM audit_events WHERE position BETWEEN 1 AND 800";
    assert_eq!(log.tables.number(places), 800);
}

/// Entries are chained and removed by retention while somebody verifies.
#[tokio::test]
async fn a_log_that_lives_is_intact_at_every_moment() {
    let log = Log::of(2500).await;
    let (core, done) = (log.core().clone(), AtomicBool::new(false));
    let done = &done;
    let later = Timestamp::from_unix(core.clock.now().unix() + 1);
    thread::scope(|scope| {
        let core = &core;
        scope.spawn(move || {
            for turn in 0..300 {
                write(core, &format!("turn {turn}"));
                audit::chain(core).unwrap();
                audit::shorten(core, later, 9).unwrap();
            }
            done.store(true, Ordering::SeqCst);
        });
        let verifier = scope.spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let mut verdicts = 0;
            while !done.load(Ordering::SeqCst) || verdicts == 0 {
                let verdict = runtime.block_on(audit::verify(core)).unwrap();
                assert_eq!(verdict.finding, Finding::Intact, "{verdict:?}");
                verdicts += 1;
            }
        });
        verifier.join().unwrap();
    });
}

//! The log is shortened from its old end only, and stays verifiable.

use signet::{
    domain::{
        audit::End,
        time::{Seconds, Timestamp},
    },
    services::{
        admin::purge,
        audit::{self, Break, Finding},
    },
};

use super::{Log, is_broken};

impl Log {
    fn later(&self) -> Timestamp {
        self.core().clock.now().plus(Seconds(1))
    }

    fn places(&mut self) -> (i64, i64) {
        let number = |tables: &mut crate::tables::Tables, which: &str| {
            tables.number(&format!("SELECT COALESCE({which}(position), 0) AS number FROM audit_events"))
        };
        (number(&mut self.tables, "MIN"), number(&mut self.tables, "MAX"))
    }
}

/// What waits for its place is never removed, however old it is.
#[tokio::test]
async fn only_the_oldest_chained_entries_go_and_the_rest_stays_verifiable() {
    let mut log = Log::of(6).await;
    let young = log.core().clock.now().minus(Seconds(2));
    assert_eq!([(); 3].map(|()| audit::shorten(log.core(), young, 2).unwrap()), [2, 1, 0]);
    assert_eq!(log.places(), (4, 6));
    let verdict = log.verdict().await;
    assert_eq!((verdict.finding, verdict.verified, verdict.reached.position), (Finding::Intact, 3, 6));

    log.write(2);
    let later = log.later();
    assert_eq!([(); 2].map(|()| audit::shorten(log.core(), later, 9).unwrap()), [3, 0]);
    let verdict = log.verdict().await;
    assert_eq!((verdict.finding, verdict.verified, verdict.waiting), (Finding::Intact, 0, 2));
    assert_eq!(log.tables.count("audit_events"), 2);

    log.chain();
    assert_eq!(log.places(), (7, 8));
    assert_eq!(log.verdict().await.verified, 2);
}

#[tokio::test]
async fn the_purge_keeps_the_log_as_long_as_the_settings_say() {
    let mut log = Log::of(3).await;
    let days = |days| Seconds::days(days);
    log.core().clock.advance(Seconds(days(400).0 - 1));
    log.write(1);
    log.chain();
    assert_eq!(purge::expired(log.core()).await.unwrap().audit_events, 2, "those of more than 400 days");
    log.core().clock.advance(days(399));
    assert_eq!(purge::expired(log.core()).await.unwrap().audit_events, 1);
    assert_eq!((log.places(), log.finding().await), ((4, 4), Finding::Intact));
}

/// Whoever makes an entry older than it is must not get rid of it.
#[tokio::test]
async fn what_was_touched_is_not_removed() {
    let mut log = Log::of(6).await;
    log.tables.execute("UPDATE audit_events SET at = 0 WHERE position <= 2");
    let long_ago = Timestamp::from_unix(1000);
    assert!(is_broken(&audit::shorten(log.core(), long_ago, 9), "not whole at place 1"));
    assert_eq!((log.places(), log.finding().await), ((1, 6), Finding::Broken { position: 1, how: Break::Altered }));

    let mut log = Log::of(6).await;
    log.tables.execute("UPDATE audit_events SET detail = 'x' WHERE position = 4");
    let later = log.later();
    assert_eq!(audit::shorten(log.core(), later, 9).unwrap(), 3, "what stands before it goes");
    assert!(is_broken(&audit::shorten(log.core(), later, 9), "not whole at place 4"));
    assert_eq!(log.finding().await, Finding::Broken { position: 4, how: Break::Altered });

    let mut log = Log::of(3).await;
    log.tables.execute("DELETE FROM audit_events WHERE position = 2");
    let later = log.later();
    assert_eq!(audit::shorten(log.core(), later, 9).unwrap(), 1);
    assert!(is_broken(&audit::shorten(log.core(), later, 9), "not whole at place 2"));
}

#[tokio::test]
async fn nothing_is_removed_behind_ends_that_were_moved() {
    for end in [End::Start, End::Head] {
        let mut log = Log::of(3).await;
        log.tables.execute(&format!("UPDATE audit_chain SET position = position + 1 WHERE name = '{}'", end.as_str()));
        let later = log.later();
        assert!(is_broken(&audit::shorten(log.core(), later, 9), "not whole"), "{end:?}");
        assert_eq!(log.tables.count("audit_events"), 3);
    }
}

/// The rest of the database does not grow because of it.
#[tokio::test]
async fn a_broken_log_holds_up_no_other_purge() {
    let mut log = Log::of(3).await;
    log.tables.execute("INSERT INTO revoked_tokens (jti, expires_at) VALUES ('long gone', 1)");
    log.tables.execute("UPDATE audit_events SET detail = 'x' WHERE position = 1");
    log.core().clock.advance(Seconds::days(401));
    assert!(purge::expired(log.core()).await.is_err());
    assert_eq!((log.tables.count("revoked_tokens"), log.tables.count("audit_events")), (0, 3));
}

/// Two nodes that shorten at once remove nothing twice.
#[tokio::test]
async fn of_20_parallel_purges_each_entry_goes_once() {
    let log = Log::of(100).await;
    let (core, later) = (log.core(), log.later());
    let removed: usize = std::thread::scope(|scope| {
        let purges: Vec<_> = (0..20).map(|_| scope.spawn(|| audit::shorten(core, later, 3).unwrap())).collect();
        purges.into_iter().map(|purge| purge.join().unwrap()).sum()
    });
    let verdict = log.verdict().await;
    assert_eq!((verdict.finding, usize::try_from(verdict.verified).unwrap()), (Finding::Intact, 100 - removed));
    assert!(removed >= 3);
}

//! Somebody writes to the database, but has no sealing key.

use signet::{
    domain::audit::End,
    services::audit::{self, Break, Finding},
};

use super::{Log, is_broken};

const fn broken(position: i64, how: Break) -> Finding {
    Finding::Broken { position, how }
}

#[tokio::test]
async fn an_altered_column_is_found_where_it_is() {
    let mut log = Log::of(5).await;
    let changes = [
        "id = 'evt_00000000000000000000000000'",
        "at = at - 1",
        "actor = 'anonymous'",
        "user_id = 'usr_1'",
        "user_id = ''",
        "action = 'logout'",
        "action = 'no such action'",
        "outcome = 'refused'",
        "address = '192.0.2.1'",
        "detail = NULL",
        "detail = detail || ' '",
        "link = NULL",
        "link = (SELECT link FROM audit_chain WHERE name = 'start')",
    ];
    for change in changes {
        let found = log.after(&format!("UPDATE audit_events SET {change} WHERE position = 3")).await;
        assert_eq!(found, broken(3, Break::Altered), "{change}");
    }
}

#[tokio::test]
async fn a_removed_entry_is_missed() {
    let mut log = Log::of(5).await;
    for (gone, found) in [(3, Break::Removed), (1, Break::Removed), (5, Break::Cut)] {
        let sql = format!("DELETE FROM audit_events WHERE position = {gone}");
        assert_eq!(log.after(&sql).await, broken(gone, found), "{gone}");
    }
    assert_eq!(log.after("DELETE FROM audit_events WHERE position > 2").await, broken(3, Break::Cut));
    assert_eq!(log.after("DELETE FROM audit_events").await, broken(1, Break::Cut));
    let waits = "UPDATE audit_events SET position = NULL, link = NULL WHERE position = 3";
    assert_eq!(log.after(waits).await, broken(3, Break::Removed));
    let closed = "DELETE FROM audit_events WHERE position = 3; \
                  UPDATE audit_events SET position = 3 WHERE position = 4; \
                  UPDATE audit_events SET position = 4 WHERE position = 5";
    assert_eq!(log.after(closed).await, broken(3, Break::Altered), "the gap was closed");
}

#[tokio::test]
async fn swapped_entries_are_found() {
    let mut log = Log::of(5).await;
    let swap = "UPDATE audit_events SET position = 99 WHERE position = 2; \
                UPDATE audit_events SET position = 2 WHERE position = 3; \
                UPDATE audit_events SET position = 3 WHERE position = 99";
    assert_eq!(log.after(swap).await, broken(2, Break::Altered));
    let details = "UPDATE audit_events SET detail = CASE position WHEN 2 THEN 'entry 2' ELSE 'entry 1' END \
                   WHERE position IN (2, 3)";
    assert_eq!(log.after(details).await, broken(2, Break::Altered));
}

/// A copy of a genuine row, link and all, at a place of its own.
fn copied(position: i64) -> String {
    format!(
        "INSERT INTO audit_events (id, at, actor, user_id, action, outcome, address, detail, position, link) \
         SELECT 'evt_ffffffffffffffffffffffffffffff', at, actor, user_id, action, outcome, address, detail, {position}, \
         link FROM audit_events ORDER BY position DESC LIMIT 1"
    )
}

#[tokio::test]
async fn an_entry_that_was_put_in_by_hand_is_found() {
    let mut log = Log::of(5).await;
    assert_eq!(log.after(&copied(6)).await, broken(6, Break::Added));
    assert_eq!(log.after(&copied(80)).await, broken(80, Break::Added));
    assert_eq!(log.after(&copied(0)).await, broken(0, Break::Added));
    assert_eq!(log.after(&copied(-7)).await, broken(-7, Break::Added));
    let between = format!(
        "UPDATE audit_events SET position = 6 WHERE position = 5; UPDATE audit_events SET position = 5 WHERE position = 4; \
         UPDATE audit_events SET position = 4 WHERE position = 3; {}",
        copied(3)
    );
    assert_eq!(log.after(&between).await, broken(3, Break::Added));
}

#[tokio::test]
async fn the_ends_cannot_be_moved_by_hand() {
    let mut log = Log::of(5).await;
    let cut = "DELETE FROM audit_events WHERE position > 3; UPDATE audit_chain SET position = 3, \
               link = (SELECT link FROM audit_events WHERE position = 3) WHERE name = 'head'";
    assert_eq!(log.after(cut).await, broken(3, Break::Mark(End::Head)));
    let shortened = "UPDATE audit_chain SET position = 2, \
                     link = (SELECT link FROM audit_events WHERE position = 2) WHERE name = 'start'; \
                     DELETE FROM audit_events WHERE position <= 2";
    assert_eq!(log.after(shortened).await, broken(2, Break::Mark(End::Start)));
    let borrowed = "UPDATE audit_chain SET position = (SELECT position FROM audit_chain WHERE name = 'head'), \
                    link = (SELECT link FROM audit_chain WHERE name = 'head'), \
                    mac = (SELECT mac FROM audit_chain WHERE name = 'head'); DELETE FROM audit_events";
    assert_eq!(log.after(borrowed).await, broken(5, Break::Mark(End::Start)));
    for (end, name) in [(End::Start, "start"), (End::Head, "head")] {
        let found = log.after(&format!("DELETE FROM audit_chain WHERE name = '{name}'")).await;
        assert_eq!(found, broken(1, Break::Unmarked(end)));
    }
    assert_eq!(log.after("DELETE FROM audit_chain").await, broken(1, Break::Unmarked(End::Start)));
}

/// To go on from a head that somebody moved would make good what was done.
#[tokio::test]
async fn nothing_is_chained_to_a_head_that_was_moved() {
    let mut log = Log::of(5).await;
    log.tables.execute(
        "DELETE FROM audit_events WHERE position > 3; UPDATE audit_chain SET position = 3, \
         link = (SELECT link FROM audit_events WHERE position = 3) WHERE name = 'head'",
    );
    log.write(1);
    assert!(is_broken(&audit::chain(log.core()), "the head of the audit log's chain was altered"));
    assert_eq!(log.finding().await, broken(3, Break::Mark(End::Head)));

    log.tables.execute("DELETE FROM audit_chain");
    assert!(is_broken(&audit::chain(log.core()), "an end of the audit log's chain is missing"));
    assert_eq!(log.finding().await, broken(1, Break::Unmarked(End::Start)));
}

/// What was done to the log stays visible while it grows.
#[tokio::test]
async fn a_break_outlives_what_is_chained_behind_it() {
    let mut log = Log::of(5).await;
    log.tables.execute("DELETE FROM audit_events WHERE position = 5");
    log.write(5);
    log.chain();
    assert_eq!(log.finding().await, broken(5, Break::Removed));
}

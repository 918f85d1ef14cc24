//! What is shown of the log: pages, filters, lines of JSON.

use std::collections::BTreeSet;

use serde_json::Value;
use signet::{
    domain::{
        audit::{Action, Actor, Event, EventFilter, Outcome},
        ids::UserId,
        time::{Seconds, Timestamp},
    },
    services::audit::{self, Entry},
    store::page::PageRequest,
};

use super::Log;

fn user(n: u8) -> UserId {
    UserId::new(Timestamp::from_unix(1), [n; 10])
}

/// Twelve entries of all kinds, a second apart, eight of them chained.
async fn log() -> Log {
    let log = Log::empty().await;
    let actors = [Actor::Operator, Actor::User(user(1)), Actor::Client("svc".to_owned())];
    let actions = [Action::Login, Action::CreateClient];
    for number in 0..12_u8 {
        log.core().clock.advance(Seconds(1));
        let entry = Entry {
            actor: actors[usize::from(number) % 3].clone(),
            user_id: (number % 4 == 1).then(|| user(1)),
            action: actions[usize::from(number) % 2],
            outcome: if number % 5 == 0 { Outcome::Refused } else { Outcome::Done },
            address: None,
            detail: (number > 2).then(|| format!("App_{number}%")),
        };
        log.core().store.write(|db| audit::record(log.core(), db, entry)).unwrap();
        if number == 7 {
            log.chain();
        }
    }
    log
}

fn filters(log: &Log) -> Vec<(EventFilter, usize)> {
    let now = log.core().clock.now();
    let any = EventFilter::default;
    let detail = |text: &str| EventFilter { detail: Some(text.to_owned()), ..any() };
    let action = Some(Action::Login);
    vec![
        (any(), 12),
        (EventFilter { actor: Some(Actor::Client("svc".to_owned())), ..any() }, 4),
        (EventFilter { actor: Some(Actor::Anonymous), ..any() }, 0),
        (EventFilter { user_id: Some(user(1)), ..any() }, 3),
        (EventFilter { user_id: Some(user(2)), ..any() }, 0),
        (EventFilter { action, ..any() }, 6),
        (EventFilter { outcome: Some(Outcome::Refused), ..any() }, 3),
        (EventFilter { from: Some(now.minus(Seconds(2))), ..any() }, 3),
        (EventFilter { until: Some(now.minus(Seconds(2))), ..any() }, 9),
        (EventFilter { from: Some(now.minus(Seconds(4))), until: Some(now.minus(Seconds(2))), ..any() }, 2),
        (EventFilter { action, outcome: Some(Outcome::Refused), actor: Some(Actor::Operator), ..any() }, 1),
        (detail("app_1"), 2),
        (detail(" P_7%"), 1),
        (detail("appx"), 0),
        (detail(" "), 12),
    ]
}

async fn listed(log: &Log, filter: &EventFilter, limit: i64) -> Vec<Event> {
    let (mut events, mut after) = (vec![], None);
    loop {
        let page = audit::list(log.core(), filter.clone(), PageRequest { after, limit, search: None }).await.unwrap();
        assert!(page.items.len() <= usize::try_from(limit).unwrap());
        events.extend(page.items);
        after = page.next;
        if after.is_none() {
            return events;
        }
    }
}

#[tokio::test]
async fn a_list_holds_what_was_asked_for_newest_first_page_by_page() {
    let log = log().await;
    for (filter, expected) in filters(&log) {
        let events = listed(&log, &filter, 100).await;
        assert_eq!(events.len(), expected, "{filter:?}");
        assert!(events.is_sorted_by(|one, next| one.at > next.at), "{filter:?}");
        assert_eq!(listed(&log, &filter, 2).await, events, "{filter:?}");
    }
}

/// The clock counts seconds; what one process writes in one of them stands in its order all the same.
#[tokio::test]
async fn entries_of_one_second_keep_their_order() {
    let log = Log::empty().await;
    let wanted: Vec<String> = (0..40).rev().map(|number| format!("entry {number}")).collect();
    wanted.iter().rev().for_each(|detail| super::write(log.core(), detail));
    let told = listed(&log, &EventFilter::default(), 7).await;
    assert_eq!(told.into_iter().filter_map(|event| event.detail).collect::<Vec<_>>(), wanted);
}

async fn exported(log: &Log, filter: &EventFilter, after: i64) -> Vec<Value> {
    let (mut lines, mut after) = (vec![], Some(after));
    while let Some(position) = after {
        let part = audit::export(log.core(), filter.clone(), position).await.unwrap();
        lines.extend(part.lines);
        after = part.next;
    }
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The export asks the same of a row as the list does.
#[tokio::test]
async fn an_export_holds_the_same_as_the_list_as_far_as_it_is_chained() {
    let log = log().await;
    assert_eq!(exported(&log, &EventFilter::default(), 0).await.len(), 8, "what waits has no place to tell");
    log.chain();
    for (filter, _) in filters(&log) {
        let lines = exported(&log, &filter, 0).await;
        let ids: Vec<_> = lines.iter().rev().map(|line| line["id"].as_str().unwrap().to_owned()).collect();
        let events = listed(&log, &filter, 100).await;
        assert_eq!(ids, events.iter().map(|event| event.id.to_string()).collect::<Vec<_>>(), "{filter:?}");
    }
}

#[tokio::test]
async fn an_export_tells_places_and_links_and_goes_on_where_it_ended() {
    let log = log().await;
    let told = exported(&log, &EventFilter::default(), 0).await;
    let links: BTreeSet<&str> = told.iter().map(|line| line["link"].as_str().unwrap()).collect();
    assert_eq!(links.len(), 8);
    assert!(links.iter().all(|link| link.len() == 44), "{links:?}");
    let first = &told[0];
    assert_eq!(
        (&first["position"], &first["actor"], &first["action"]),
        (&1.into(), &"operator".into(), &"login".into())
    );
    assert_eq!((&first["at"], &first["detail"]), (&"2027-01-15T08:00:01Z".into(), &Value::Null));

    log.chain();
    let rest = exported(&log, &EventFilter::default(), 8).await;
    let places: Vec<_> = rest.iter().map(|line| line["position"].as_i64().unwrap()).collect();
    assert_eq!(places, [9, 10, 11, 12]);
    assert_eq!(exported(&log, &EventFilter::default(), 12).await, Vec::<Value>::new());
}

/// A word that this version does not know, or a hand on the database, must not silence the export.
#[tokio::test]
async fn an_export_tells_rows_as_they_stand() {
    let mut log = Log::of(2).await;
    log.tables.execute("UPDATE audit_events SET action = 'unheard of', actor = '\"' WHERE position = 1");
    let lines = exported(&log, &EventFilter::default(), 0).await;
    assert_eq!((&lines[0]["action"], &lines[0]["actor"]), (&"unheard of".into(), &"\"".into()));
    assert_eq!(lines.len(), 2);
}

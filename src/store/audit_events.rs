//! Table `audit_events`: rows are only ever added.

use diesel::prelude::*;

use super::{
    column::{id, known},
    connection::{Db, per_backend},
    error::StoreError,
    page::{Page, PageRequest, pattern},
    schema::audit_events,
};
use crate::domain::{
    audit::{Action, Actor, Event, EventFilter, Outcome, Written},
    ids::{EventId, UserId},
    time::Timestamp,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
pub(super) struct EventRow {
    id: String,
    at: i64,
    actor: String,
    user_id: Option<String>,
    action: String,
    outcome: String,
    address: Option<String>,
    detail: Option<String>,
}

pub fn insert(db: &mut Db, event: &Event) -> Result<(), StoreError> {
    let statement = diesel::insert_into(audit_events::table).values(EventRow::from(event));
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

/// Newest first.
pub fn list_by_user(db: &mut Db, user: &UserId, most: i64) -> Result<Vec<Event>, StoreError> {
    let rows = audit_events::table
        .filter(audit_events::user_id.eq(user.as_str()))
        .order(audit_events::id.desc())
        .limit(most)
        .select(EventRow::as_select())
        .load(db)?;
    rows.into_iter().map(Event::try_from).collect()
}

/// How often something was done, or refused, since that moment.
pub fn count_since(db: &mut Db, action: Action, outcome: Outcome, since: Timestamp) -> Result<i64, StoreError> {
    let first = EventId::new(since, [0; 10]);
    Ok(audit_events::table
        .filter(audit_events::action.eq(action.as_str()))
        .filter(audit_events::outcome.eq(outcome.as_str()))
        .filter(audit_events::id.ge(first.as_str()))
        .count()
        .get_result(db)?)
}

/// Newest first; the cursor is an entry's id. The request's `search` asks for nothing here.
pub fn list(db: &mut Db, filter: &EventFilter, request: &PageRequest) -> Result<Page<Event>, StoreError> {
    let (from, until) = filter.ids();
    let mut query = audit_events::table
        .order(audit_events::id.desc())
        .limit(request.fetch())
        .select(EventRow::as_select())
        .into_boxed();
    if let Some(after) = &request.after {
        query = query.filter(audit_events::id.lt(after));
    }
    if let Some(first) = &from {
        query = query.filter(audit_events::id.ge(first.as_str()));
    }
    if let Some(end) = &until {
        query = query.filter(audit_events::id.lt(end.as_str()));
    }
    if let Some(actor) = &filter.actor {
        query = query.filter(audit_events::actor.eq(actor.text()));
    }
    if let Some(user) = &filter.user_id {
        query = query.filter(audit_events::user_id.eq(user.as_str()));
    }
    if let Some(action) = filter.action {
        query = query.filter(audit_events::action.eq(action.as_str()));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(audit_events::outcome.eq(outcome.as_str()));
    }
    if let Some(pattern) = filter.detail.as_deref().and_then(pattern) {
        query = query.filter(lower(audit_events::detail).like(lower(pattern)).escape('\\').assume_not_null());
    }
    let found = query.load(db)?.into_iter().map(Event::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(found, request, |event| event.id.as_str().to_owned()))
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(
        text: diesel::sql_types::Nullable<diesel::sql_types::Text>,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
}

impl From<EventRow> for Written {
    fn from(row: EventRow) -> Self {
        let EventRow { id, at, actor, user_id, action, outcome, address, detail } = row;
        Self { id, at, actor, user_id, action, outcome, address, detail }
    }
}

impl From<&Event> for EventRow {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id.as_str().to_owned(),
            at: event.at.unix(),
            actor: event.actor.text(),
            user_id: event.user_id.as_ref().map(|user| user.as_str().to_owned()),
            action: event.action.as_str().to_owned(),
            outcome: event.outcome.as_str().to_owned(),
            address: event.address.map(|address| address.to_string()),
            detail: event.detail.clone(),
        }
    }
}

impl TryFrom<EventRow> for Event {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: id("audit_events.id", &row.id)?,
            at: Timestamp::from_unix(row.at),
            actor: Actor::parse(&row.actor),
            user_id: row.user_id.map(|user| id("audit_events.user_id", &user)).transpose()?,
            action: known("audit_events.action", Action::parse(&row.action))?,
            outcome: known("audit_events.outcome", Outcome::parse(&row.outcome))?,
            address: row.address.and_then(|text| text.parse().ok()),
            detail: row.detail,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            testing::{NOW, Place, after, cast, on_each, user},
            users,
        },
        *,
    };
    use crate::domain::{ids::EventId, time::Seconds};

    fn event(n: u8, user: Option<&UserId>) -> Event {
        let at = NOW.plus(Seconds(n.into()));
        Event {
            id: EventId::new(at, [0xff - n; 10]),
            at,
            actor: Actor::Anonymous,
            user_id: user.cloned(),
            action: Action::Login,
            outcome: Outcome::Refused,
            address: "192.0.2.7".parse().ok(),
            detail: Some("password".to_owned()),
        }
    }

    #[test]
    fn the_newest_come_first_and_only_those_of_the_account() {
        on_each(|store| {
            let (alice, bob) = (user(1), user(2));
            let plain = Event {
                actor: Actor::User(alice.id.clone()),
                outcome: Outcome::Done,
                address: None,
                detail: None,
                ..event(3, Some(&alice.id))
            };
            let events = [event(1, Some(&alice.id)), event(2, Some(&alice.id)), plain];
            store
                .write(|db| {
                    insert(db, &event(8, None))?;
                    insert(db, &event(9, Some(&bob.id)))?;
                    events.iter().try_for_each(|event| insert(db, event))
                })
                .unwrap();
            let [first, second, third] = events;
            let listed = |most| store.read(|db| list_by_user(db, &alice.id, most)).unwrap();
            assert_eq!(listed(9), [third.clone(), second.clone(), first]);
            assert_eq!(listed(2), [third, second]);
        });
    }

    #[test]
    fn what_was_done_to_an_account_outlives_it() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            store.write(|db| insert(db, &event(1, Some(&alice.id)))).unwrap();
            store.write(|db| users::delete(db, &alice.id)).unwrap();
            assert_eq!(store.read(|db| list_by_user(db, &alice.id, 9)).unwrap()[0].at, after(1));
        });
    }

    #[test]
    fn every_action_and_actor_survives_the_table() {
        on_each(|store| {
            let alice = user(1);
            let actors = [Actor::Client("svc".to_owned()), Actor::Key("key_1".to_owned()), Actor::Operator];
            let acts: Vec<_> = Action::ALL.into_iter().zip(actors.iter().cycle()).collect();
            for (n, (action, actor)) in (0..).zip(&acts) {
                let event = Event { action: *action, actor: (*actor).clone(), ..event(n, Some(&alice.id)) };
                store.write(|db| insert(db, &event)).unwrap();
            }
            let listed = store.read(|db| list_by_user(db, &alice.id, 99)).unwrap();
            let told: Vec<_> = listed.iter().rev().map(|event| (event.action, &event.actor)).collect();
            assert_eq!(told, acts);
        });
    }

    /// With a million rows a list must not sort, nor read what it does not show.
    #[test]
    fn every_list_walks_an_index() {
        #[derive(QueryableByName)]
        struct Step {
            #[diesel(sql_type = diesel::sql_types::Text)]
            detail: String,
        }
        let place = Place::sqlite();
        let store = place.migrated();
        let plan = |which: &str| {
            let sql = format!("EXPLAIN QUERY PLAN SELECT * FROM audit_events WHERE {which}");
            let steps: Vec<Step> =
                store.read(|db| Ok(per_backend!(db, connection => diesel::sql_query(&sql).load(connection))?)).unwrap();
            steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("; ")
        };
        let newest = "ORDER BY id DESC LIMIT 101";
        for (which, index) in [
            ("id < 'evt_9'", "PRIMARY KEY (id<?)"),
            ("id >= 'evt_1' AND id < 'evt_9'", "PRIMARY KEY (id>? AND id<?)"),
            ("id < 'evt_9' AND actor = 'operator'", "audit_events_by_actor (actor=? AND id<?)"),
            ("id < 'evt_9' AND user_id = 'usr_1'", "audit_events_by_user (user_id=? AND id<?)"),
            ("id < 'evt_9' AND action = 'login'", "audit_events_by_action (action=? AND id<?)"),
            ("id < 'evt_9' AND outcome = 'refused'", "audit_events_by_outcome (outcome=? AND id<?)"),
        ] {
            let told = plan(&format!("{which} {newest}"));
            assert!(told.contains(index) && !told.contains("TEMP B-TREE"), "{which}: {told}");
        }
        let told = plan("position IS NULL ORDER BY id LIMIT 500");
        // NULL has its own part of the index of places, in the order of ids.
        let walks = told.contains("audit_events_unchained") || told.contains("audit_events_by_position (position=?)");
        assert!(walks && !told.contains("TEMP B-TREE"), "{told}");
        let told = plan("position > 7 ORDER BY position LIMIT 1000");
        assert!(told.contains("audit_events_by_position (position>?)") && !told.contains("TEMP B-TREE"), "{told}");
    }
}

//! Table `audit_events`: rows are only ever added.

use diesel::prelude::*;

use super::{
    column::{id, known},
    connection::{Db, per_backend},
    error::StoreError,
    schema::audit_events,
};
use crate::domain::{
    audit::{Action, Actor, Event, Outcome},
    ids::UserId,
    time::Timestamp,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_events, treat_none_as_default_value = false)]
struct EventRow {
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

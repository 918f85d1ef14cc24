//! Shows the log: by pages for people, and as lines of JSON that can be held against the chain.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use crate::{
    domain::{
        audit::{Chained, Event, EventFilter},
        time::Timestamp,
    },
    services::{core::Core, fault::Fault},
    store::{
        audit_chain, audit_events,
        page::{Page, PageRequest},
    },
};

/// Rows that are read at a time.
const BATCH: i64 = 1000;

/// A part of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// One JSON document each, without the end of the line.
    pub lines: Vec<String>,
    /// Where the next part begins; `None` at the end.
    pub next: Option<i64>,
}

/// One page, newest first, chained or not; the cursor is an entry's id.
pub async fn list(core: &Core, filter: EventFilter, page: PageRequest) -> Result<Page<Event>, Fault> {
    core.run(move |core| Ok(core.store.read(|db| audit_events::list(db, &filter, &page))?)).await
}

/// The chained entries behind that place, oldest first. Places only grow: who goes on from the last one that they
/// have misses nothing. What the rows say is told as it stands, even where this version does not know the word.
pub async fn export(core: &Core, filter: EventFilter, after: i64) -> Result<Exported, Fault> {
    core.run(move |core| {
        let rows = core.store.read(|db| audit_chain::list_after(db, after, BATCH))?;
        let next = rows.last().map(|row| row.place.position);
        Ok(Exported { lines: rows.iter().filter(|row| filter.admits(&row.written)).map(line).collect(), next })
    })
    .await
}

fn line(row: &Chained) -> String {
    let Chained { place, written } = row;
    json!({
        "position": place.position,
        "link": URL_SAFE_NO_PAD.encode(&place.link),
        "id": written.id,
        "at": Timestamp::from_unix(written.at).rfc3339(),
        "actor": written.actor,
        "user_id": written.user_id,
        "action": written.action,
        "outcome": written.outcome,
        "address": written.address,
        "detail": written.detail,
    })
    .to_string()
}

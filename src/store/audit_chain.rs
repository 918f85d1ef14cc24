//! Table `audit_chain` and the places of the rows of `audit_events`: who was first is decided here.

use diesel::{
    dsl::{count_star, exists, min},
    prelude::*,
};

use super::{
    audit_events::EventRow,
    connection::{Db, per_backend},
    error::StoreError,
    schema::{audit_chain, audit_events},
};
use crate::domain::audit::{Chained, End, Mark, Place, Written};

#[derive(Queryable, Selectable)]
#[diesel(table_name = audit_chain)]
struct MarkRow {
    name: String,
    position: i64,
    link: Vec<u8>,
    mac: Vec<u8>,
}

pub fn find(db: &mut Db, end: End) -> Result<Option<Mark>, StoreError> {
    let row = audit_chain::table.find(end.as_str()).select(MarkRow::as_select()).first(db).optional()?;
    Ok(row.map(Mark::from))
}

/// The start and the head, as they were at one moment.
pub fn find_both(db: &mut Db) -> Result<(Option<Mark>, Option<Mark>), StoreError> {
    let rows = audit_chain::table.select(MarkRow::as_select()).load(db)?;
    let (mut start, mut head) = (None, None);
    for row in rows {
        match row.name.as_str() {
            name if name == End::Start.as_str() => start = Some(row.into()),
            name if name == End::Head.as_str() => head = Some(row.into()),
            _ => {}
        }
    }
    Ok((start, head))
}

/// False where the end is marked already.
pub fn insert(db: &mut Db, end: End, mark: &Mark) -> Result<bool, StoreError> {
    let values = (
        audit_chain::name.eq(end.as_str()),
        audit_chain::position.eq(mark.place.position),
        audit_chain::link.eq(&mark.place.link),
        audit_chain::mac.eq(&mark.mac),
    );
    let statement = diesel::insert_into(audit_chain::table).values(values).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

/// True where the end was still at that place.
pub fn update(db: &mut Db, end: End, from: &Place, to: &Mark) -> Result<bool, StoreError> {
    let still = audit_chain::table
        .find(end.as_str())
        .filter(audit_chain::position.eq(from.position))
        .filter(audit_chain::link.eq(&from.link));
    let change = (
        audit_chain::position.eq(to.place.position),
        audit_chain::link.eq(&to.place.link),
        audit_chain::mac.eq(&to.mac),
    );
    Ok(diesel::update(still).set(change).execute(db)? == 1)
}

/// Gives the rows their places behind `from`. False where the head was moved by somebody else: nothing is changed.
pub fn append(db: &mut Db, from: &Place, head: &Mark, rows: &[Chained]) -> Result<bool, StoreError> {
    if !update(db, End::Head, from, head)? {
        return Ok(false);
    }
    for Chained { place, written } in rows {
        let free = audit_events::table.find(&written.id).filter(audit_events::position.is_null());
        let change = (audit_events::position.eq(place.position), audit_events::link.eq(&place.link));
        if diesel::update(free).set(change).execute(db)? != 1 {
            return Err(StoreError::fault(format!("the audit log lost {} while it was chained", written.id)));
        }
    }
    Ok(true)
}

/// Removes the `rows` rows up to the new start. False where somebody else moved the start: nothing is changed.
pub fn remove(db: &mut Db, from: &Place, start: &Mark, rows: usize) -> Result<bool, StoreError> {
    if !update(db, End::Start, from, start)? {
        return Ok(false);
    }
    let old = audit_events::table
        .filter(audit_events::position.gt(from.position))
        .filter(audit_events::position.le(start.place.position));
    if diesel::delete(old).execute(db)? != rows {
        return Err(StoreError::fault("the audit log changed while it was shortened"));
    }
    Ok(true)
}

/// In the order of their places.
pub fn list_after(db: &mut Db, position: i64, most: i64) -> Result<Vec<Chained>, StoreError> {
    let rows: Vec<(EventRow, Option<i64>, Option<Vec<u8>>)> = audit_events::table
        .filter(audit_events::position.gt(position))
        .order(audit_events::position)
        .limit(most)
        .select((EventRow::as_select(), audit_events::position, audit_events::link))
        .load(db)?;
    // A place without a link was given by hand: an empty link is no link of any row.
    let place = |position: Option<i64>, link: Option<Vec<u8>>| Place {
        position: position.unwrap_or_default(),
        link: link.unwrap_or_default(),
    };
    Ok(rows
        .into_iter()
        .map(|(row, position, link)| Chained { place: place(position, link), written: row.into() })
        .collect())
}

/// Those that have no place yet, the oldest first.
pub fn list_waiting(db: &mut Db, most: i64) -> Result<Vec<Written>, StoreError> {
    let rows = audit_events::table
        .filter(audit_events::position.is_null())
        .order(audit_events::id)
        .limit(most)
        .select(EventRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(Written::from).collect())
}

pub fn is_waiting(db: &mut Db) -> Result<bool, StoreError> {
    Ok(diesel::select(exists(audit_events::table.filter(audit_events::position.is_null()))).get_result(db)?)
}

pub fn count_waiting(db: &mut Db) -> Result<i64, StoreError> {
    Ok(audit_events::table.filter(audit_events::position.is_null()).select(count_star()).first(db)?)
}

/// The number of the first place after that one that is taken.
pub fn first_after(db: &mut Db, position: i64) -> Result<Option<i64>, StoreError> {
    let taken = audit_events::table.filter(audit_events::position.gt(position));
    Ok(taken.select(min(audit_events::position)).first(db)?)
}

impl From<MarkRow> for Mark {
    fn from(MarkRow { position, link, mac, .. }: MarkRow) -> Self {
        Self { place: Place { position, link }, mac }
    }
}

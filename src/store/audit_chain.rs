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

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Store, audit_events as events,
            testing::{NOW, after, on_each, winners},
        },
        *,
    };
    use crate::domain::{
        audit::{Action, Actor, Event, Outcome},
        ids::EventId,
    };

    fn place(position: i64) -> Place {
        Place { position, link: vec![0x11; 33] }
    }

    fn mark(position: i64) -> Mark {
        Mark { place: place(position), mac: vec![0x22; 33] }
    }

    /// Both ends at place 0, and so many entries that wait.
    fn waiting(store: &Store, entries: u8) -> Vec<Chained> {
        let event = |n: u8| Event {
            id: EventId::new(after(n.into()), [n; 10]),
            at: after(n.into()),
            actor: Actor::Operator,
            user_id: None,
            action: Action::Login,
            outcome: Outcome::Done,
            address: None,
            detail: None,
        };
        store
            .write(|db| {
                assert!(insert(db, End::Start, &mark(0))? && insert(db, End::Head, &mark(0))?);
                (1..=entries).try_for_each(|n| events::insert(db, &event(n)))
            })
            .unwrap();
        let rows = store.read(|db| list_waiting(db, 99)).unwrap();
        (1..).zip(rows).map(|(position, written)| Chained { place: place(position), written }).collect()
    }

    #[test]
    fn an_end_is_marked_once_and_moves_from_where_it_is() {
        on_each(|store| {
            assert_eq!(store.read(find_both).unwrap(), (None, None));
            let won = winners(store, |db, n| insert(db, End::Head, &mark(n.into())));
            assert_eq!(won, 1);
            let first = store.read(|db| find(db, End::Head)).unwrap().unwrap();
            assert_eq!(store.read(find_both).unwrap(), (None, Some(first.clone())));
            let update = |from: &Place| store.write(|db| update(db, End::Head, from, &mark(50))).unwrap();
            assert!(!update(&place(99)));
            assert!(!update(&Place { link: vec![0], ..first.place.clone() }));
            assert!(update(&first.place));
            assert_eq!(store.read(|db| find(db, End::Head)).unwrap(), Some(mark(50)));
        });
    }

    #[test]
    fn of_20_parallel_batches_one_is_appended() {
        on_each(|store| {
            let rows = waiting(store, 3);
            assert_eq!(winners(store, |db, _| append(db, &place(0), &mark(3), &rows)), 1);
            assert_eq!(store.read(|db| list_after(db, 0, 99)).unwrap(), rows);
            assert!(!store.read(is_waiting).unwrap());
            assert_eq!(store.read(find_both).unwrap(), (Some(mark(0)), Some(mark(3))));
        });
    }

    #[test]
    fn a_batch_that_does_not_fit_leaves_no_trace() {
        on_each(|store| {
            let mut rows = waiting(store, 3);
            rows[2].written.id = "evt_gone".to_owned();
            assert!(store.write(|db| append(db, &place(0), &mark(3), &rows)).is_err());
            assert_eq!(store.read(count_waiting).unwrap(), 3);
            assert_eq!(store.read(|db| find(db, End::Head)).unwrap(), Some(mark(0)));
        });
    }

    #[test]
    fn what_is_removed_goes_with_the_start_or_not_at_all() {
        on_each(|store| {
            let rows = waiting(store, 3);
            assert!(store.write(|db| append(db, &place(0), &mark(3), &rows[..2])).unwrap());
            assert!(store.write(|db| remove(db, &place(0), &mark(2), 1)).is_err(), "two rows stand there");
            assert!(!store.write(|db| remove(db, &place(1), &mark(2), 2)).unwrap());
            assert_eq!(store.read(|db| first_after(db, 0)).unwrap(), Some(1));
            assert_eq!(winners(store, |db, _| remove(db, &place(0), &mark(2), 2)), 1);
            assert_eq!(store.read(|db| first_after(db, 0)).unwrap(), None);
            assert_eq!(store.read(count_waiting).unwrap(), 1);
        });
    }

    #[test]
    fn a_place_is_given_once() {
        on_each(|store| {
            let mut rows = waiting(store, 2);
            rows[1].place = rows[0].place.clone();
            assert!(store.write(|db| append(db, &place(0), &mark(2), &rows)).is_err());
            assert_eq!(rows[0].written.at, NOW.unix() + 1);
        });
    }
}

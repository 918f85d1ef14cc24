//! Table `rate_counters`: tries that count on all nodes.

use diesel::prelude::*;

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    prepared::update,
    schema::rate_counters,
};
use crate::domain::{limit::Counter, time::Timestamp};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rate_counters)]
struct CounterRow {
    bucket: String,
    count: i64,
    locked_until: i64,
    expires_at: i64,
}

pub fn find(db: &mut Db, bucket: &str) -> Result<Option<Counter>, StoreError> {
    let query = rate_counters::table.find(bucket);
    let row: Option<CounterRow> = per_backend!(db, connection =>
        query.select(CounterRow::as_select()).get_result(connection).optional())?;
    Ok(row.map(Counter::from))
}

/// Compare-and-set: false where somebody else counted meanwhile.
pub fn put(db: &mut Db, bucket: &str, counter: &Counter, before: Option<&Counter>) -> Result<bool, StoreError> {
    let Some(before) = before else {
        let row = CounterRow {
            bucket: bucket.to_owned(),
            count: counter.count,
            locked_until: counter.locked_until.unix(),
            expires_at: counter.expires_at.unix(),
        };
        let statement = diesel::insert_into(rate_counters::table).values(row).on_conflict_do_nothing();
        return Ok(per_backend!(db, connection => statement.execute(connection))? == 1);
    };
    let unchanged = rate_counters::bucket
        .eq(bucket)
        .and(rate_counters::count.eq(before.count))
        .and(rate_counters::locked_until.eq(before.locked_until.unix()))
        .and(rate_counters::expires_at.eq(before.expires_at.unix()));
    let change = (
        rate_counters::count.eq(counter.count),
        rate_counters::locked_until.eq(counter.locked_until.unix()),
        rate_counters::expires_at.eq(counter.expires_at.unix()),
    );
    Ok(per_backend!(db, connection => update(rate_counters::table, unchanged, change).execute(connection))? == 1)
}

pub fn delete(db: &mut Db, bucket: &str) -> Result<bool, StoreError> {
    Ok(diesel::delete(rate_counters::table.find(bucket)).execute(db)? == 1)
}

impl From<CounterRow> for Counter {
    fn from(row: CounterRow) -> Self {
        Self {
            count: row.count,
            locked_until: Timestamp::from_unix(row.locked_until),
            expires_at: Timestamp::from_unix(row.expires_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{after, on_each, winners},
        *,
    };

    fn counter(count: i64) -> Counter {
        Counter { count, locked_until: after(count), expires_at: after(600) }
    }

    #[test]
    fn of_20_parallel_tries_each_count_is_written_once() {
        on_each(|store| {
            assert_eq!(store.read(|db| find(db, "login:1")).unwrap(), None);
            assert_eq!(winners(store, |db, _| put(db, "login:1", &counter(1), None)), 1);
            assert_eq!(winners(store, |db, _| put(db, "login:1", &counter(2), Some(&counter(1)))), 1);
            assert_eq!(store.read(|db| find(db, "login:1")).unwrap(), Some(counter(2)));
            assert!(store.write(|db| put(db, "login:2", &counter(1), None)).unwrap());
        });
    }

    /// As a limit does it: read, count, and begin again where somebody was faster. No try is lost.
    #[test]
    fn every_try_counts() {
        on_each(|store| {
            let tried = winners(store, |db, _| {
                for _ in 0..100 {
                    let before = find(db, "login")?;
                    let next = counter(before.map_or(1, |before| before.count + 1));
                    if put(db, "login", &next, before.as_ref())? {
                        return Ok(true);
                    }
                }
                Ok(false)
            });
            assert_eq!((tried, store.read(|db| find(db, "login")).unwrap()), (20, Some(counter(20))));
        });
    }

    #[test]
    fn a_forgiven_bucket_is_not_written_from_memory() {
        on_each(|store| {
            store.write(|db| put(db, "login", &counter(1), None)).unwrap();
            assert!(store.write(|db| delete(db, "login")).unwrap());
            assert!(!store.write(|db| put(db, "login", &counter(2), Some(&counter(1)))).unwrap());
            assert!(!store.write(|db| delete(db, "login")).unwrap());
        });
    }
}

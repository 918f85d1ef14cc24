//! Table `client_usage`: how many tokens each client was given, by day; every node adds its own.

use std::collections::HashSet;

use diesel::{
    dsl::{case_when, max, sql},
    prelude::*,
    sql_types::{BigInt, Nullable},
    upsert::excluded,
};

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    schema::{client_usage, clients},
};
use crate::domain::{client::ClientId, time::Timestamp, usage::Usage};

#[derive(Insertable)]
#[diesel(table_name = client_usage)]
struct UsageRow {
    client_id: String,
    day: i64,
    tokens: i64,
    last_at: i64,
}

/// Adds to what the rows say already, and skips a client that is gone. A row stands in it once.
pub fn add(db: &mut Db, used: &[Usage]) -> Result<(), StoreError> {
    let there = there(db, used)?;
    let mut rows: Vec<_> =
        used.iter().filter(|one| there.contains(one.client_id.as_str())).map(UsageRow::from).collect();
    // Nodes that write at the same moment take the rows in the same order, so none waits for another in a circle.
    rows.sort_unstable_by(|one, other| (&one.client_id, one.day).cmp(&(&other.client_id, other.day)));
    rows.iter().try_for_each(|row| add_row(db, row))
}

fn add_row(db: &mut Db, row: &UsageRow) -> Result<(), StoreError> {
    let later = case_when(excluded(client_usage::last_at).gt(client_usage::last_at), excluded(client_usage::last_at))
        .otherwise(client_usage::last_at);
    let sum = (
        client_usage::tokens.eq(client_usage::tokens + excluded(client_usage::tokens)),
        client_usage::last_at.eq(later),
    );
    per_backend!(db, connection => diesel::insert_into(client_usage::table)
        .values(row)
        .on_conflict((client_usage::client_id, client_usage::day))
        .do_update()
        .set(sum)
        .execute(connection))?;
    Ok(())
}

/// The clients that still exist; on PostgreSQL they cannot go before this transaction ends.
fn there(db: &mut Db, used: &[Usage]) -> Result<HashSet<String>, StoreError> {
    let named = used.iter().map(|one| one.client_id.as_str());
    let query = clients::table.filter(clients::id.eq_any(named)).order(clients::id).select(clients::id);
    let there: Vec<String> = match db {
        Db::Postgres(connection) => query.for_key_share().load(connection)?,
        Db::Sqlite(connection) => query.load(connection)?,
    };
    Ok(there.into_iter().collect())
}

/// Days and their tokens, from that day on, the oldest first; days without use have no row.
pub fn list_by_client(db: &mut Db, client: &ClientId, since_day: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(client_usage::table
        .filter(client_usage::client_id.eq(client.as_str()))
        .filter(client_usage::day.ge(since_day))
        .order(client_usage::day)
        .select((client_usage::day, client_usage::tokens))
        .load(db)?)
}

/// The last token of the days that are kept.
pub fn last_used(db: &mut Db, client: &ClientId) -> Result<Option<Timestamp>, StoreError> {
    let rows = client_usage::table.filter(client_usage::client_id.eq(client.as_str()));
    let last: Option<i64> = rows.select(max(client_usage::last_at)).first(db)?;
    Ok(last.map(Timestamp::from_unix))
}

/// The tokens of all clients in one day.
pub fn total_of(db: &mut Db, day: i64) -> Result<i64, StoreError> {
    // PostgreSQL's sum of BIGINT is NUMERIC.
    let sum = sql::<Nullable<BigInt>>("CAST(SUM(tokens) AS BIGINT)");
    let total: Option<i64> = client_usage::table.filter(client_usage::day.eq(day)).select(sum).first(db)?;
    Ok(total.unwrap_or_default())
}

impl From<&Usage> for UsageRow {
    fn from(used: &Usage) -> Self {
        Self {
            client_id: used.client_id.as_str().to_owned(),
            day: used.day,
            tokens: used.tokens,
            last_at: used.last_at.unix(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            purge::{self, USAGE_KEPT_DAYS},
            testing::{NOW, after, client, client_id, on_each, winners},
        },
        *,
    };

    fn used(client: &str, day: i64, tokens: i64, at: i64) -> Usage {
        Usage { client_id: client_id(client), day, tokens, last_at: after(at) }
    }

    fn with_clients(store: &super::super::Store, ids: &[&str]) {
        store
            .write(|db| ids.iter().try_for_each(|id| super::super::clients::insert(db, &client(id)).map(drop)))
            .unwrap();
    }

    #[test]
    fn of_20_parallel_flushes_every_token_counts() {
        on_each(|store| {
            with_clients(store, &["app", "bpp"]);
            let flush = |n: u8| {
                let mut rows = vec![used("app", 7, 3, n.into()), used("bpp", 7, 2, 0), used("app", 8, 1, 99)];
                rows.rotate_left(usize::from(n % 3));
                rows
            };
            assert_eq!(winners(store, |db, n| add(db, &flush(n)).map(|()| true)), 20);
            let days = |id| store.read(|db| list_by_client(db, &client_id(id), 0)).unwrap();
            assert_eq!((days("app"), days("bpp")), (vec![(7, 60), (8, 20)], vec![(7, 40)]));
            assert_eq!(
                store.read(|db| Ok([total_of(db, 7)?, total_of(db, 8)?, total_of(db, 9)?])).unwrap(),
                [100, 20, 0]
            );
        });
    }

    /// A flush that was late does not put the last use back.
    #[test]
    fn the_last_use_is_the_latest_one() {
        on_each(|store| {
            with_clients(store, &["app"]);
            let last = || store.read(|db| last_used(db, &client_id("app"))).unwrap();
            assert_eq!(last(), None);
            store.write(|db| add(db, &[used("app", 7, 1, 50)])).unwrap();
            store.write(|db| add(db, &[used("app", 7, 1, 20)])).unwrap();
            assert_eq!(last(), Some(after(50)));
            store.write(|db| add(db, &[used("app", 8, 1, 60)])).unwrap();
            assert_eq!(last(), Some(after(60)));
            assert_eq!(store.read(|db| list_by_client(db, &client_id("app"), 8)).unwrap(), [(8, 1)]);
        });
    }

    #[test]
    fn a_client_that_is_gone_is_skipped() {
        on_each(|store| {
            with_clients(store, &["app", "gone"]);
            store.write(|db| add(db, &[used("gone", 7, 1, 0)])).unwrap();
            store.write(|db| super::super::clients::delete(db, &client_id("gone"))).unwrap();
            store.write(|db| add(db, &[used("gone", 7, 1, 0), used("app", 7, 1, 0)])).unwrap();
            assert_eq!(store.read(|db| total_of(db, 7)).unwrap(), 1);
            store.write(|db| add(db, &[used("gone", 7, 1, 0)])).unwrap();
            store.write(|db| add(db, &[])).unwrap();
        });
    }

    #[test]
    fn old_days_go_in_batches() {
        on_each(|store| {
            with_clients(store, &["app", "bpp", "cpp"]);
            let kept = NOW.day() - USAGE_KEPT_DAYS;
            let rows = ["app", "bpp", "cpp"].iter().flat_map(|id| [-2, -1, 0].map(|n| used(id, kept + n, 1, 0)));
            let rows: Vec<_> = rows.collect();
            store.write(|db| add(db, &rows)).unwrap();
            let purge = || store.write(|db| purge::expired(db, NOW, 2)).unwrap().client_usage;
            assert_eq!([purge(), purge(), purge(), purge(), purge()], [2, 1, 2, 1, 0]);
            assert_eq!(store.read(|db| list_by_client(db, &client_id("bpp"), 0)).unwrap(), [(kept, 1)]);
        });
    }
}

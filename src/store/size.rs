//! How much room the database takes.

use diesel::{dsl::sql, prelude::*, sql_types::BigInt};

use super::{connection::Db, error::StoreError};

/// In bytes; on SQLite without the journal beside the file.
pub fn database(db: &mut Db) -> Result<i64, StoreError> {
    let size = match db {
        Db::Postgres(_) => "pg_database_size(current_database())",
        Db::Sqlite(_) => "(SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size())",
    };
    Ok(diesel::select(sql::<BigInt>(size)).get_result(db)?)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::on_each, *};

    #[test]
    fn an_empty_database_takes_some_room_and_not_much() {
        on_each(|store| {
            let size = store.read(database).unwrap();
            assert!((50_000..50_000_000).contains(&size), "{size}");
        });
    }
}

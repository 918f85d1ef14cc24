//! One after the other: changes of what is small and everybody's, such as the registry of scopes.

use diesel::{prelude::*, sql_types::BigInt};

use super::{connection::Db, error::StoreError};

/// Any number that nothing else locks by.
const TURN: i64 = 6_002_381_467_925_300_565;

/// Waits until no other transaction of any node has the turn, and has it until this one ends: what is read from now on
/// is so when it is written. On SQLite transactions that write take turns anyway.
pub fn take(db: &mut Db) -> Result<(), StoreError> {
    if let Db::Postgres(connection) = db {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(TURN).execute(connection)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{thread, time::Duration};

    use super::{
        super::testing::{NOW, on_each},
        *,
    };
    use crate::{
        domain::scope::Resource,
        store::resources::{insert, list},
    };

    /// Each finds what all before it wrote: without the turn, several would read the same number.
    #[test]
    fn whoever_has_the_turn_finds_what_those_before_wrote() {
        on_each(|store| {
            let grow = || {
                store.write(|db| {
                    take(db)?;
                    let found = list(db)?.len();
                    thread::sleep(Duration::from_millis(5));
                    let identifier = format!("https://{found}.example");
                    insert(db, &Resource { identifier, name: "One more".to_owned(), created_at: NOW })
                })
            };
            let before = store.read(list).unwrap().len();
            thread::scope(|scope| {
                let tries: Vec<_> = (0..8).map(|_| scope.spawn(grow)).collect();
                assert!(tries.into_iter().all(|one| one.join().unwrap().unwrap()));
            });
            assert_eq!(store.read(list).unwrap().len(), before + 8);
        });
    }
}

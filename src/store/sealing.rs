//! Table `sealing_keys`: the fingerprints of the sealing keys that this database was written with.

use diesel::{dsl::max, prelude::*};

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    schema::sealing_keys,
};

/// In the order in which they began to seal: the last one seals now.
pub fn fingerprints(db: &mut Db) -> Result<Vec<String>, StoreError> {
    Ok(sealing_keys::table.select(sealing_keys::fingerprint).order(sealing_keys::position).load(db)?)
}

/// Writes down which key seals from now on. False where it is that one already.
pub fn insert_fingerprint(db: &mut Db, fingerprint: &str) -> Result<bool, StoreError> {
    if fingerprints(db)?.last().is_some_and(|newest| newest == fingerprint) {
        return Ok(false);
    }
    let last: Option<i64> = sealing_keys::table.select(max(sealing_keys::position)).first(db)?;
    diesel::delete(sealing_keys::table.find(fingerprint)).execute(db)?;
    let position = last.unwrap_or_default().saturating_add(1);
    let statement = diesel::insert_into(sealing_keys::table)
        .values((sealing_keys::fingerprint.eq(fingerprint), sealing_keys::position.eq(position)))
        .on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::on_each, *};

    #[test]
    fn the_key_that_seals_now_stands_last_and_each_stands_once() {
        on_each(|store| {
            assert_eq!(store.read(fingerprints).unwrap(), Vec::<String>::new());
            let known = ["b", "a", "a", "b"].map(|it| store.write(|db| insert_fingerprint(db, it)).unwrap());
            assert_eq!(known, [true, true, false, true]);
            assert_eq!(store.read(fingerprints).unwrap(), ["a", "b"]);
        });
    }
}

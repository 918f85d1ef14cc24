//! Table `sealing_keys`: the fingerprints of the sealing keys that this database was written with.

use diesel::prelude::*;

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    schema::sealing_keys,
};

pub fn fingerprints(db: &mut Db) -> Result<Vec<String>, StoreError> {
    Ok(sealing_keys::table.select(sealing_keys::fingerprint).order(sealing_keys::fingerprint).load(db)?)
}

/// False where it is known.
pub fn insert_fingerprint(db: &mut Db, fingerprint: &str) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(sealing_keys::table)
        .values(sealing_keys::fingerprint.eq(fingerprint))
        .on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

#[cfg(test)]
mod tests {
    use super::{super::testing::on_each, *};

    #[test]
    fn a_fingerprint_is_kept_once() {
        on_each(|store| {
            assert_eq!(store.read(fingerprints).unwrap(), Vec::<String>::new());
            let known = ["b", "a", "b"].map(|it| store.write(|db| insert_fingerprint(db, it)).unwrap());
            assert_eq!(known, [true, true, false]);
            assert_eq!(store.read(fingerprints).unwrap(), ["a", "b"]);
        });
    }
}

//! Table `revoked_tokens`: single access tokens that were revoked, until they would have ended anyway.

use diesel::{dsl::exists, prelude::*};

use super::{
    connection::{Db, per_backend},
    error::StoreError,
    schema::revoked_tokens,
};
use crate::domain::time::Timestamp;

/// Revoking twice is revoking once.
pub fn insert(db: &mut Db, jti: &str, expires_at: Timestamp) -> Result<(), StoreError> {
    let values = (revoked_tokens::jti.eq(jti), revoked_tokens::expires_at.eq(expires_at.unix()));
    let statement = diesel::insert_into(revoked_tokens::table).values(values).on_conflict_do_nothing();
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

pub fn contains(db: &mut Db, jti: &str) -> Result<bool, StoreError> {
    let query = diesel::select(exists(revoked_tokens::table.find(jti)));
    Ok(per_backend!(db, connection => query.get_result(connection))?)
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, on_each},
        *,
    };

    #[test]
    fn a_token_is_revoked_however_often() {
        on_each(|store| {
            store.write(|db| insert(db, "one", NOW).and_then(|()| insert(db, "one", NOW))).unwrap();
            assert!(store.read(|db| contains(db, "one")).unwrap());
            assert!(!store.read(|db| contains(db, "two")).unwrap());
        });
    }
}

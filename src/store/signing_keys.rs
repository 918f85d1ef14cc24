//! Table `signing_keys`: public halves, and private halves sealed.

use diesel::prelude::*;

use super::{
    column::moment,
    connection::{Db, per_backend},
    error::StoreError,
    schema::signing_keys,
};
use crate::domain::{key::SigningKey, time::Timestamp};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys, treat_none_as_default_value = false)]
struct KeyRow {
    kid: String,
    algorithm: String,
    public_jwk: String,
    sealed_private: Vec<u8>,
    created_at: i64,
    activates_at: i64,
    retires_at: Option<i64>,
    gone_at: Option<i64>,
}

/// All keys, gone ones too, oldest first.
pub fn list(db: &mut Db) -> Result<Vec<SigningKey>, StoreError> {
    let rows = signing_keys::table
        .order((signing_keys::activates_at, signing_keys::kid))
        .select(KeyRow::as_select())
        .load(db)?;
    Ok(rows.into_iter().map(SigningKey::from).collect())
}

/// False where the key is there.
pub fn insert(db: &mut Db, key: &SigningKey) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(signing_keys::table).values(KeyRow::from(key)).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

/// Writes when it activates, retires and goes.
pub fn update_times(db: &mut Db, key: &SigningKey) -> Result<bool, StoreError> {
    let change = (
        signing_keys::activates_at.eq(key.activates_at.unix()),
        signing_keys::retires_at.eq(key.retires_at.map(Timestamp::unix)),
        signing_keys::gone_at.eq(key.gone_at.map(Timestamp::unix)),
    );
    Ok(diesel::update(signing_keys::table.find(&key.kid)).set(change).execute(db)? == 1)
}

/// The private half goes; the public one stays, to recognise an old `id_token_hint`.
pub fn erase_private(db: &mut Db, kid: &str, gone_at: Timestamp) -> Result<bool, StoreError> {
    let change = (signing_keys::sealed_private.eq([].as_slice()), signing_keys::gone_at.eq(gone_at.unix()));
    Ok(diesel::update(signing_keys::table.find(kid)).set(change).execute(db)? == 1)
}

impl From<&SigningKey> for KeyRow {
    fn from(key: &SigningKey) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            public_jwk: key.public_jwk.clone(),
            sealed_private: key.sealed_private.clone(),
            created_at: key.created_at.unix(),
            activates_at: key.activates_at.unix(),
            retires_at: key.retires_at.map(Timestamp::unix),
            gone_at: key.gone_at.map(Timestamp::unix),
        }
    }
}

impl From<KeyRow> for SigningKey {
    fn from(row: KeyRow) -> Self {
        Self {
            kid: row.kid,
            algorithm: row.algorithm,
            public_jwk: row.public_jwk,
            sealed_private: row.sealed_private,
            created_at: Timestamp::from_unix(row.created_at),
            activates_at: Timestamp::from_unix(row.activates_at),
            retires_at: moment(row.retires_at),
            gone_at: moment(row.gone_at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, after, on_each},
        *,
    };

    fn key(kid: &str, activates_at: Timestamp) -> SigningKey {
        SigningKey {
            kid: kid.to_owned(),
            algorithm: "RS256".to_owned(),
            public_jwk: "{\"kty\":\"RSA\"}".to_owned(),
            sealed_private: vec![0, 1, 255],
            created_at: NOW,
            activates_at,
            retires_at: None,
            gone_at: None,
        }
    }

    #[test]
    fn keys_are_listed_in_the_order_of_their_lives() {
        on_each(|store| {
            let (second, first) = (key("a", after(10)), key("b", NOW));
            assert!(store.write(|db| insert(db, &second)).unwrap());
            assert!(store.write(|db| insert(db, &first)).unwrap());
            assert!(!store.write(|db| insert(db, &first)).unwrap());
            assert_eq!(store.read(list).unwrap(), [first, second]);
        });
    }

    #[test]
    fn a_gone_key_keeps_its_public_half_alone() {
        on_each(|store| {
            let retired = SigningKey { retires_at: Some(after(20)), ..key("a", NOW) };
            store.write(|db| insert(db, &key("a", NOW))).unwrap();
            assert!(store.write(|db| update_times(db, &retired)).unwrap());
            assert_eq!(store.read(list).unwrap(), std::slice::from_ref(&retired));
            assert!(store.write(|db| erase_private(db, "a", after(30))).unwrap());
            let gone = SigningKey { sealed_private: Vec::new(), gone_at: Some(after(30)), ..retired };
            assert_eq!(store.read(list).unwrap(), [gone]);
            assert!(!store.write(|db| erase_private(db, "b", NOW)).unwrap());
        });
    }
}

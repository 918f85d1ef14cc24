//! Tables `totp_factors` and `backup_codes`: the second factor.

use diesel::prelude::*;

use super::{
    column::{id, moment},
    connection::{Db, per_backend},
    error::StoreError,
    schema::{backup_codes, totp_factors},
    users,
};
use crate::domain::{ids::UserId, secret::SecretDigest, time::Timestamp, totp::TotpFactor};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = totp_factors, treat_none_as_default_value = false)]
struct FactorRow {
    user_id: String,
    sealed_secret: Vec<u8>,
    confirmed_at: Option<i64>,
    last_step: i64,
    created_at: i64,
}

/// A new, unconfirmed factor and its codes in the place of an unconfirmed one; false where one is on.
pub fn put(db: &mut Db, factor: &TotpFactor, backup_codes: &[SecretDigest]) -> Result<bool, StoreError> {
    // Two enrolments at once would mix their codes.
    users::lock(db, &factor.user_id)?;
    let unconfirmed = totp_factors::table.find(factor.user_id.as_str()).filter(totp_factors::confirmed_at.is_null());
    diesel::delete(unconfirmed).execute(db)?;
    let statement = diesel::insert_into(totp_factors::table).values(FactorRow::from(factor)).on_conflict_do_nothing();
    if per_backend!(db, connection => statement.execute(connection))? == 0 {
        return Ok(false);
    }
    replace_backup_codes(db, &factor.user_id, backup_codes)?;
    Ok(true)
}

pub fn find(db: &mut Db, user: &UserId) -> Result<Option<TotpFactor>, StoreError> {
    let row = totp_factors::table.find(user.as_str()).select(FactorRow::as_select()).get_result(db).optional()?;
    row.map(TotpFactor::try_from).transpose()
}

/// Turns an unconfirmed factor on, and spends the step that proved it.
pub fn confirm(db: &mut Db, user: &UserId, step: i64, now: Timestamp) -> Result<bool, StoreError> {
    let unconfirmed = totp_factors::table
        .find(user.as_str())
        .filter(totp_factors::confirmed_at.is_null())
        .filter(totp_factors::last_step.lt(step));
    let change = (totp_factors::confirmed_at.eq(now.unix()), totp_factors::last_step.eq(step));
    Ok(diesel::update(unconfirmed).set(change).execute(db)? == 1)
}

/// One step is accepted once, and none older than it afterwards.
pub fn spend_step(db: &mut Db, user: &UserId, step: i64) -> Result<bool, StoreError> {
    let unspent = totp_factors::table
        .find(user.as_str())
        .filter(totp_factors::confirmed_at.is_not_null())
        .filter(totp_factors::last_step.lt(step));
    Ok(diesel::update(unspent).set(totp_factors::last_step.eq(step)).execute(db)? == 1)
}

/// False, too, where the factor was never turned on.
pub fn spend_backup_code(db: &mut Db, user: &UserId, code: &SecretDigest) -> Result<bool, StoreError> {
    let on = totp_factors::table
        .filter(totp_factors::user_id.eq(user.as_str()))
        .filter(totp_factors::confirmed_at.is_not_null())
        .select(totp_factors::user_id);
    let unspent =
        backup_codes::table.filter(backup_codes::user_id.eq_any(on)).filter(backup_codes::digest.eq(code.0.as_slice()));
    Ok(diesel::delete(unspent).execute(db)? == 1)
}

pub fn replace_backup_codes(db: &mut Db, user: &UserId, codes: &[SecretDigest]) -> Result<(), StoreError> {
    users::lock(db, user)?;
    delete_backup_codes(db, user)?;
    for code in codes {
        let values = (backup_codes::user_id.eq(user.as_str()), backup_codes::digest.eq(code.0.as_slice()));
        let statement = diesel::insert_into(backup_codes::table).values(values);
        per_backend!(db, connection => statement.execute(connection))?;
    }
    Ok(())
}

/// The factor and its codes.
pub fn delete(db: &mut Db, user: &UserId) -> Result<bool, StoreError> {
    users::lock(db, user)?;
    delete_backup_codes(db, user)?;
    Ok(diesel::delete(totp_factors::table.find(user.as_str())).execute(db)? == 1)
}

fn delete_backup_codes(db: &mut Db, user: &UserId) -> Result<usize, StoreError> {
    Ok(diesel::delete(backup_codes::table.filter(backup_codes::user_id.eq(user.as_str()))).execute(db)?)
}

impl From<&TotpFactor> for FactorRow {
    fn from(factor: &TotpFactor) -> Self {
        Self {
            user_id: factor.user_id.as_str().to_owned(),
            sealed_secret: factor.sealed_secret.clone(),
            confirmed_at: factor.confirmed_at.map(Timestamp::unix),
            last_step: factor.last_step,
            created_at: factor.created_at.unix(),
        }
    }
}

impl TryFrom<FactorRow> for TotpFactor {
    type Error = StoreError;

    fn try_from(row: FactorRow) -> Result<Self, StoreError> {
        Ok(Self {
            user_id: id("totp_factors.user_id", &row.user_id)?,
            sealed_secret: row.sealed_secret,
            confirmed_at: moment(row.confirmed_at),
            last_step: row.last_step,
            created_at: Timestamp::from_unix(row.created_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            Store,
            testing::{NOW, after, cast, on_each, winners},
        },
        *,
    };

    fn factor(n: u8, user: &UserId) -> TotpFactor {
        TotpFactor {
            user_id: user.clone(),
            sealed_secret: vec![n; 40],
            confirmed_at: None,
            last_step: 0,
            created_at: NOW,
        }
    }

    const fn code(n: u8) -> SecretDigest {
        SecretDigest([n; 32])
    }

    fn enrolled(store: &Store) -> UserId {
        let (alice, ..) = cast(store);
        store.write(|db| put(db, &factor(1, &alice.id), &[code(1), code(2)])).unwrap();
        assert!(store.write(|db| confirm(db, &alice.id, 100, after(5))).unwrap());
        alice.id
    }

    fn count_backup_codes(db: &mut Db, user: &UserId) -> Result<i64, StoreError> {
        Ok(backup_codes::table.filter(backup_codes::user_id.eq(user.as_str())).count().get_result(db)?)
    }

    /// Whoever has a session must not be able to put an own authenticator in the place of the owner's.
    #[test]
    fn an_unconfirmed_factor_is_replaced_with_its_codes_and_one_that_is_on_is_not() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let count = || store.read(|db| count_backup_codes(db, &alice.id)).unwrap();
            assert!(store.write(|db| put(db, &factor(1, &alice.id), &[code(1), code(2)])).unwrap());
            assert!(store.write(|db| put(db, &factor(2, &alice.id), &[code(3), code(4), code(5)])).unwrap());
            assert_eq!((store.read(|db| find(db, &alice.id)).unwrap(), count()), (Some(factor(2, &alice.id)), 3));
            assert!(!store.write(|db| spend_backup_code(db, &alice.id, &code(3))).unwrap(), "the factor is not on");
            assert!(!store.write(|db| spend_step(db, &alice.id, 100)).unwrap(), "the factor is not on");
            assert!(store.write(|db| confirm(db, &alice.id, 100, after(5))).unwrap());
            assert!(!store.write(|db| put(db, &factor(3, &alice.id), &[code(6)])).unwrap());
            let on = TotpFactor { confirmed_at: Some(after(5)), last_step: 100, ..factor(2, &alice.id) };
            assert_eq!((store.read(|db| find(db, &alice.id)).unwrap(), count()), (Some(on), 3));
        });
    }

    #[test]
    fn parallel_enrolments_do_not_mix_their_codes() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let codes = |n: u8| [code(n), code(n + 100)];
            assert_eq!(winners(store, |db, n| put(db, &factor(n, &alice.id), &codes(n))), 20);
            let last = store.read(|db| find(db, &alice.id)).unwrap().unwrap().sealed_secret[0];
            assert!(store.write(|db| confirm(db, &alice.id, 1, NOW)).unwrap());
            for code in codes(last) {
                assert!(store.write(|db| spend_backup_code(db, &alice.id, &code)).unwrap());
            }
            assert_eq!(store.read(|db| count_backup_codes(db, &alice.id)).unwrap(), 0);
        });
    }

    #[test]
    fn of_20_parallel_confirmations_one_turns_the_factor_on() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            store.write(|db| put(db, &factor(1, &alice.id), &[])).unwrap();
            assert_eq!(winners(store, |db, n| confirm(db, &alice.id, 100 + i64::from(n), after(5))), 1);
            assert!(store.read(|db| find(db, &alice.id)).unwrap().unwrap().is_on());
        });
    }

    /// RFC 6238 §5.2.
    #[test]
    fn a_step_is_accepted_once_and_none_before_it_afterwards() {
        on_each(|store| {
            let alice = enrolled(store);
            assert!(!store.write(|db| spend_step(db, &alice, 100)).unwrap(), "the confirmation spent it");
            assert_eq!(winners(store, |db, _| spend_step(db, &alice, 102)), 1);
            assert!(!store.write(|db| spend_step(db, &alice, 101)).unwrap());
            assert!(store.write(|db| spend_step(db, &alice, 103)).unwrap());
        });
    }

    #[test]
    fn a_backup_code_works_once() {
        on_each(|store| {
            let alice = enrolled(store);
            assert_eq!(winners(store, |db, _| spend_backup_code(db, &alice, &code(1))), 1);
            assert!(!store.write(|db| spend_backup_code(db, &alice, &code(9))).unwrap());
            assert_eq!(store.read(|db| count_backup_codes(db, &alice)).unwrap(), 1);
        });
    }

    #[test]
    fn new_codes_end_the_old_ones_and_a_factor_goes_with_its_codes() {
        on_each(|store| {
            let alice = enrolled(store);
            let replaced = winners(store, |db, n| replace_backup_codes(db, &alice, &[code(n + 50)]).map(|()| true));
            assert_eq!((replaced, store.read(|db| count_backup_codes(db, &alice)).unwrap()), (20, 1));
            assert!(!store.write(|db| spend_backup_code(db, &alice, &code(1))).unwrap());
            assert_eq!(winners(store, |db, _| delete(db, &alice)), 1);
            assert_eq!(store.read(|db| find(db, &alice)).unwrap(), None);
            assert_eq!(store.read(|db| count_backup_codes(db, &alice)).unwrap(), 0);
        });
    }
}

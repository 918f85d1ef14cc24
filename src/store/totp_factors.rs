//! Tables `totp_factors` and `backup_codes`: the second factor.

use super::{connection::Db, error::StoreError};
use crate::domain::{ids::UserId, secret::SecretDigest, time::Timestamp, totp::TotpFactor};

/// A new, unconfirmed factor and its codes in the place of an unconfirmed one; false where one is on.
pub fn put(db: &mut Db, factor: &TotpFactor, backup_codes: &[SecretDigest]) -> Result<bool, StoreError> {
    todo!()
}

pub fn find(db: &mut Db, user: &UserId) -> Result<Option<TotpFactor>, StoreError> {
    todo!()
}

/// Turns an unconfirmed factor on, and spends the step that proved it.
pub fn confirm(db: &mut Db, user: &UserId, step: i64, now: Timestamp) -> Result<bool, StoreError> {
    todo!()
}

/// One step is accepted once, and none older than it afterwards.
pub fn spend_step(db: &mut Db, user: &UserId, step: i64) -> Result<bool, StoreError> {
    todo!()
}

pub fn spend_backup_code(db: &mut Db, user: &UserId, code: &SecretDigest) -> Result<bool, StoreError> {
    todo!()
}

pub fn count_backup_codes(db: &mut Db, user: &UserId) -> Result<i64, StoreError> {
    todo!()
}

pub fn replace_backup_codes(db: &mut Db, user: &UserId, codes: &[SecretDigest]) -> Result<(), StoreError> {
    todo!()
}

/// The factor and its codes.
pub fn delete(db: &mut Db, user: &UserId) -> Result<bool, StoreError> {
    todo!()
}

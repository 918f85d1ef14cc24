//! Table `one_time_tokens`: good once, for one purpose.

use super::{connection::Db, error::StoreError};
use crate::domain::{
    ids::UserId,
    one_time::{OneTimeToken, Purpose},
    secret::SecretDigest,
    time::Timestamp,
};

/// False where this digest is there already: it came before.
pub fn insert(db: &mut Db, token: &OneTimeToken) -> Result<bool, StoreError> {
    todo!()
}

/// The only token of its purpose and user from now on: those before it are deleted.
pub fn replace(db: &mut Db, token: &OneTimeToken) -> Result<(), StoreError> {
    todo!()
}

/// A live one.
pub fn find(
    db: &mut Db,
    purpose: Purpose,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<Option<OneTimeToken>, StoreError> {
    todo!()
}

/// Live ones.
pub fn list_of(db: &mut Db, purpose: Purpose, user: &UserId, now: Timestamp) -> Result<Vec<OneTimeToken>, StoreError> {
    todo!()
}

/// Spends a live token: of N parallel callers one gets true.
pub fn consume(db: &mut Db, purpose: Purpose, digest: &SecretDigest, now: Timestamp) -> Result<bool, StoreError> {
    todo!()
}

/// Counts a wrong code before it is answered; false where the token is dead by now.
pub fn count_attempt(db: &mut Db, purpose: Purpose, digest: &SecretDigest, now: Timestamp) -> Result<bool, StoreError> {
    todo!()
}

pub fn delete_of(db: &mut Db, purpose: Purpose, user: &UserId) -> Result<usize, StoreError> {
    todo!()
}

/// Of every purpose: after a change of password nothing that was under way goes on.
pub fn delete_all_of(db: &mut Db, user: &UserId) -> Result<usize, StoreError> {
    todo!()
}

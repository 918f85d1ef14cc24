//! Table `api_keys`.

use super::{connection::Db, error::StoreError};
use crate::domain::{
    api_key::ApiKey,
    ids::{ApiKeyId, UserId},
    secret::SecretDigest,
    time::Timestamp,
    user::User,
};

pub fn insert(db: &mut Db, key: &ApiKey) -> Result<(), StoreError> {
    todo!()
}

/// A key of this user.
pub fn find(db: &mut Db, user: &UserId, id: &ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    todo!()
}

/// The key that has, or had before its rotation, this digest, with its user of whatever status.
pub fn find_by_digest(db: &mut Db, digest: &SecretDigest) -> Result<Option<(ApiKey, User)>, StoreError> {
    todo!()
}

/// Those that have not expired, oldest first.
pub fn list_by_user(db: &mut Db, user: &UserId, now: Timestamp) -> Result<Vec<ApiKey>, StoreError> {
    todo!()
}

/// Writes digest, prefix and previous; only one of N parallel rotations that saw `before` does.
pub fn rotate(db: &mut Db, rotated: &ApiKey, before: &SecretDigest) -> Result<bool, StoreError> {
    todo!()
}

/// Writes the last use, unless one was written since the second moment.
pub fn touch(db: &mut Db, id: &ApiKeyId, now: Timestamp, unless_since: Timestamp) -> Result<bool, StoreError> {
    todo!()
}

pub fn delete(db: &mut Db, user: &UserId, id: &ApiKeyId) -> Result<bool, StoreError> {
    todo!()
}

pub fn delete_all_of(db: &mut Db, user: &UserId) -> Result<usize, StoreError> {
    todo!()
}

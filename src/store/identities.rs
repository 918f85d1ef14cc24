//! Table `identities`: accounts elsewhere that open accounts here.

use super::{connection::Db, error::StoreError};
use crate::domain::{identity::Identity, ids::UserId, time::Timestamp, user::User};

/// False where this provider and subject are linked already.
pub fn insert(db: &mut Db, identity: &Identity) -> Result<bool, StoreError> {
    todo!()
}

pub fn find(db: &mut Db, provider: &str, subject: &str) -> Result<Option<(Identity, User)>, StoreError> {
    todo!()
}

pub fn list_by_user(db: &mut Db, user: &UserId) -> Result<Vec<Identity>, StoreError> {
    todo!()
}

pub fn touch(db: &mut Db, provider: &str, subject: &str, now: Timestamp) -> Result<bool, StoreError> {
    todo!()
}

pub fn delete(db: &mut Db, user: &UserId, provider: &str, subject: &str) -> Result<bool, StoreError> {
    todo!()
}

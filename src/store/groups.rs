//! Tables `groups` and `group_members`.

use super::{connection::Db, error::StoreError};
use crate::domain::{
    ids::{GroupId, UserId},
    organisation::Group,
    time::Timestamp,
};

/// False where the name is taken.
pub fn insert(db: &mut Db, group: &Group) -> Result<bool, StoreError> {
    todo!()
}

pub fn find_by_name(db: &mut Db, name: &str) -> Result<Option<Group>, StoreError> {
    todo!()
}

pub fn list(db: &mut Db) -> Result<Vec<Group>, StoreError> {
    todo!()
}

pub fn delete(db: &mut Db, group: &GroupId) -> Result<bool, StoreError> {
    todo!()
}

pub fn add_member(db: &mut Db, group: &GroupId, user: &UserId, now: Timestamp) -> Result<bool, StoreError> {
    todo!()
}

pub fn remove_member(db: &mut Db, group: &GroupId, user: &UserId) -> Result<bool, StoreError> {
    todo!()
}

/// The names of a user's groups, sorted.
pub fn list_names_of(db: &mut Db, user: &UserId) -> Result<Vec<String>, StoreError> {
    todo!()
}

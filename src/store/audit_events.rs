//! Table `audit_events`: rows are only ever added.

use super::{connection::Db, error::StoreError};
use crate::domain::{audit::Event, ids::UserId};

pub fn insert(db: &mut Db, event: &Event) -> Result<(), StoreError> {
    todo!()
}

/// Newest first.
pub fn list_by_user(db: &mut Db, user: &UserId, most: i64) -> Result<Vec<Event>, StoreError> {
    todo!()
}

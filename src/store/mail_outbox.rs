//! Table `mail_outbox`: letters that wait for the mail server.

use super::{connection::Db, error::StoreError};
use crate::domain::{ids::LetterId, letter::Outgoing, time::Timestamp};

pub fn insert(db: &mut Db, letter: &Outgoing) -> Result<(), StoreError> {
    todo!()
}

/// Oldest first, without the dead.
pub fn list_due(db: &mut Db, now: Timestamp, most: i64) -> Result<Vec<Outgoing>, StoreError> {
    todo!()
}

/// After a try that failed; compare-and-set on the attempts before.
pub fn postpone(db: &mut Db, id: &LetterId, attempts: i64, next_at: Timestamp) -> Result<bool, StoreError> {
    todo!()
}

pub fn delete(db: &mut Db, id: &LetterId) -> Result<bool, StoreError> {
    todo!()
}

pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    todo!()
}

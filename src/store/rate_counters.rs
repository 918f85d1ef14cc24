//! Table `rate_counters`: tries that count on all nodes.

use super::{connection::Db, error::StoreError};
use crate::domain::limit::Counter;

pub fn find(db: &mut Db, bucket: &str) -> Result<Option<Counter>, StoreError> {
    todo!()
}

/// Compare-and-set: false where somebody else counted meanwhile.
pub fn put(db: &mut Db, bucket: &str, counter: &Counter, before: Option<&Counter>) -> Result<bool, StoreError> {
    todo!()
}

pub fn delete(db: &mut Db, bucket: &str) -> Result<bool, StoreError> {
    todo!()
}

//! Letters: written into the outbox in the transaction that causes them, sent by a job.

use super::core::Core;
use crate::{
    domain::{letter::Letter, time::Seconds},
    services::fault::Fault,
    store::{Db, StoreError},
};

/// Puts a letter into the outbox, sealed; after `life` it is dead (its link would be).
pub fn post(core: &Core, db: &mut Db, letter: &Letter, life: Seconds) -> Result<(), StoreError> {
    todo!()
}

/// Sends what is due; returns how many left. What fails is postponed, longer each time.
pub async fn deliver(core: &Core) -> Result<usize, Fault> {
    todo!()
}

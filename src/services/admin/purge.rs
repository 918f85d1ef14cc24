//! Deleting what has expired.

use super::AdminError;
use crate::{
    services::{core::Core, fault::Fault},
    store::purge::{self, Purged},
};

/// Rows of a table in one transaction: the write lock is given back in between.
const BATCH: i64 = 500;

/// Deletes everything that has expired by now, and counts it.
pub async fn expired(core: &Core) -> Result<Purged, AdminError> {
    Ok(core.run(batches).await?)
}

/// The same, batch by batch, on this thread.
pub fn batches(core: &Core) -> Result<Purged, Fault> {
    let now = core.clock.now();
    let mut sum = Purged::default();
    loop {
        let mut batch = core.store.write(|db| purge::expired(db, now, BATCH))?;
        let first_kept = now.minus(core.settings.audit.keep());
        batch.audit_events = core.store.write(|db| purge::audit(db, first_kept, BATCH))?;
        if batch.total() == 0 {
            return Ok(sum);
        }
        sum = sum.plus(batch);
    }
}

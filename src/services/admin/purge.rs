//! Deleting what has expired.

use super::AdminError;
use crate::{
    services::{audit, core::Core, fault::Fault},
    store::purge::{self, Purged},
};

/// Rows of a table in one transaction: the write lock is given back in between.
const BATCH: i64 = 500;

/// Deletes everything that has expired by now, and counts it.
pub async fn expired(core: &Core) -> Result<Purged, AdminError> {
    Ok(core.run(batches).await?)
}

/// The same, batch by batch, on this thread. The log comes last: where it may not be shortened, the rest has gone.
pub fn batches(core: &Core) -> Result<Purged, Fault> {
    let now = core.clock.now();
    let mut sum = Purged::default();
    loop {
        let batch = core.store.write(|db| purge::expired(db, now, BATCH))?;
        if batch.total() == 0 {
            break;
        }
        sum = sum.plus(batch);
    }
    let first_kept = now.minus(core.settings.audit.keep());
    loop {
        let audit_events = audit::shorten(core, first_kept, BATCH)?;
        if audit_events == 0 {
            return Ok(sum);
        }
        sum = sum.plus(Purged { audit_events, ..Purged::default() });
    }
}

//! Deletes what has expired, a batch at a time; one node at a time.

use crate::services::{admin::purge, core::Core, leases};

pub(super) async fn run(core: Core) {
    let purged = core.run(|core| leases::held(core, leases::PURGE, || purge::batches(core)));
    match purged.await {
        Ok(Some(purged)) if purged.total() > 0 => tracing::info!(rows = purged.total(), "purged"),
        Ok(_) => {}
        Err(fault) => tracing::warn!(reason = %fault, "the purge failed"),
    }
}

//! Deletes what has expired, a batch at a time; one node at a time.

use crate::{
    services::{
        admin::{AdminError, purge},
        core::Core,
        leases,
    },
    store::purge::Purged,
};

pub(super) async fn run(core: Core) {
    match purge(&core).await {
        Ok(purged) => tracing::debug!(rows = purged.total(), "purged"),
        Err(error) => tracing::warn!(reason = %error, "the purge failed"),
    }
}

async fn purge(core: &Core) -> Result<Purged, AdminError> {
    if !core.run(|core| leases::take(core, leases::PURGE)).await? {
        return Ok(Purged::default());
    }
    let purged = purge::expired(core).await;
    core.run(|core| leases::give_back(core, leases::PURGE)).await?;
    purged
}

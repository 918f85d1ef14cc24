//! Deletes what has expired, a batch at a time; one node at a time.

use super::tell;
use crate::services::{
    admin::{AdminError, purge},
    core::Core,
    leases,
};

pub(super) async fn run(core: Core) {
    tell("the purge", purge(&core).await);
}

async fn purge(core: &Core) -> Result<(), AdminError> {
    if !core.run(|core| leases::take(core, leases::PURGE)).await? {
        return Ok(());
    }
    let purged = purge::expired(core).await;
    core.run(|core| leases::give_back(core, leases::PURGE)).await?;
    tracing::debug!(rows = purged?.total(), "purged");
    Ok(())
}

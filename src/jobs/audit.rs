//! Chains the audit log, a batch at a time; one node at a time.

use super::tell;
use crate::services::{audit, core::Core, fault::Fault, leases};

pub(super) async fn run(core: Core) {
    tell("chaining the audit log", turn(&core).await);
}

/// Without an entry that waits this is one read.
async fn turn(core: &Core) -> Result<(), Fault> {
    if !core.run(audit::is_due).await? || !core.run(|core| leases::take(core, leases::AUDIT)).await? {
        return Ok(());
    }
    let chained = all(core).await;
    core.run(|core| leases::give_back(core, leases::AUDIT)).await?;
    chained
}

/// Goes on as long as the lease is this node's.
async fn all(core: &Core) -> Result<(), Fault> {
    while core.run(audit::chain).await? > 0 {
        if !core.run(|core| leases::take(core, leases::AUDIT)).await? {
            return Ok(());
        }
    }
    Ok(())
}

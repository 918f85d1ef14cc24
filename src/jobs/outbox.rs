//! Sends the letters of the outbox, soon after they were posted; one node at a time.

use std::time::Duration;

use super::tell;
use crate::services::{core::Core, fault::Fault, leases, mail};

/// Letters that another node or the command line has posted, or whose time has come, wait this long at most.
const MOST: Duration = Duration::from_secs(2);

/// Ends after the letter under way once the outbox closes.
pub(super) async fn run(core: Core) {
    while !core.outbox.is_closing() {
        tell("delivering letters", turn(&core).await);
        core.outbox.posted(MOST).await;
    }
}

/// Without a letter that is due this is one read.
async fn turn(core: &Core) -> Result<(), Fault> {
    if !core.run(mail::is_due).await? || !core.run(|core| leases::take(core, leases::MAIL)).await? {
        return Ok(());
    }
    let delivered = mail::deliver(core).await;
    core.run(|core| leases::give_back(core, leases::MAIL)).await?;
    delivered.map(drop)
}

//! Jobs that one node at a time does: a row says whose turn it is.

use super::{core::Core, fault::Fault};
use crate::{domain::time::Seconds, store::leases};

/// A job's name, and how long its holder may take before another node takes over.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    name: &'static str,
    length: Seconds,
}

pub const KEYS: Lease = Lease { name: "keys", length: Seconds::minutes(2) };
pub const PURGE: Lease = Lease { name: "purge", length: Seconds::minutes(5) };

/// Does the work if it is this node's turn; `None`: another node is at it.
pub fn held<T>(core: &Core, lease: Lease, work: impl FnOnce() -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    let now = core.clock.now();
    let until = now.plus(lease.length);
    if !core.store.write(|db| leases::acquire(db, lease.name, &core.node, now, until))? {
        return Ok(None);
    }
    let done = work();
    core.store.write(|db| leases::release(db, lease.name, &core.node))?;
    done.map(Some)
}

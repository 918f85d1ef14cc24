//! Jobs that one node at a time does: a row says whose turn it is.

use super::{core::Core, fault::Fault};
use crate::{domain::time::Seconds, store::leases};

/// A job's name, and how long its holder may take before another node takes over.
#[derive(Clone, Copy, Debug)]
pub struct Lease {
    name: &'static str,
    length: Seconds,
}

/// Short, because entries without a place can still be changed unseen. Two holders do no harm: the head is moved once.
pub const AUDIT: Lease = Lease { name: "audit", length: Seconds::minutes(1) };
pub const KEYS: Lease = Lease { name: "keys", length: Seconds::minutes(2) };
/// Short: a node that dies with it must not hold up everybody's codes. Each letter is claimed beside it.
pub const MAIL: Lease = Lease { name: "mail", length: Seconds::minutes(1) };
pub const PURGE: Lease = Lease { name: "purge", length: Seconds::minutes(5) };

/// Does the work if it is this node's turn; `None`: another node is at it.
pub fn held<T>(core: &Core, lease: Lease, work: impl FnOnce() -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    if !take(core, lease)? {
        return Ok(None);
    }
    let done = work();
    give_back(core, lease)?;
    done.map(Some)
}

/// Whether it is this node's turn now.
pub fn take(core: &Core, lease: Lease) -> Result<bool, Fault> {
    let now = core.clock.now();
    let until = now.plus(lease.length);
    Ok(core.store.write(|db| leases::acquire(db, lease.name, &core.node, now, until))?)
}

pub fn give_back(core: &Core, lease: Lease) -> Result<(), Fault> {
    Ok(core.store.write(|db| leases::release(db, lease.name, &core.node).map(drop))?)
}

//! The audit log: who did what, to whom, from where, and how it ended.

mod chaining;
mod reading;
mod retention;
mod verification;

use std::{
    net::IpAddr,
    sync::atomic::{AtomicU32, Ordering},
};

pub use chaining::{chain, is_due};
pub use reading::{Exported, export, list};
pub use retention::shorten;
pub use verification::{Break, Finding, Verdict, key_gone, verify};

use super::core::Core;
use crate::{
    crypto::random,
    domain::{
        audit::{Action, Actor, Event, Outcome},
        ids::{EventId, UserId},
        time::Timestamp,
    },
    store::{Db, StoreError, audit_events},
};

/// An entry before it has an id and a time.
#[derive(Clone, Debug)]
pub struct Entry {
    pub actor: Actor,
    pub user_id: Option<UserId>,
    pub action: Action,
    pub outcome: Outcome,
    pub address: Option<IpAddr>,
    pub detail: Option<String>,
}

impl Entry {
    /// Something a user did with the own account.
    pub fn by_user(user: &UserId, action: Action, outcome: Outcome, address: Option<IpAddr>) -> Self {
        Self { actor: Actor::User(user.clone()), user_id: Some(user.clone()), action, outcome, address, detail: None }
    }

    /// Something that somebody without a name tried on an account.
    pub fn by_stranger(user: Option<&UserId>, action: Action, outcome: Outcome, address: Option<IpAddr>) -> Self {
        Self { actor: Actor::Anonymous, user_id: user.cloned(), action, outcome, address, detail: None }
    }

    #[must_use]
    pub fn with(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }
}

/// Writes an entry, in the transaction of what it tells of. It gets its place on the chain afterwards: writers
/// do not wait for each other.
pub fn record(core: &Core, db: &mut Db, entry: Entry) -> Result<(), StoreError> {
    let Entry { actor, user_id, action, outcome, address, detail } = entry;
    let at = core.clock.now();
    audit_events::insert(db, &Event { id: id(at), at, actor, user_id, action, outcome, address, detail })
}

/// Time-ordered, and those that this process writes in one second by their number.
fn id(at: Timestamp) -> EventId {
    static WRITTEN: AtomicU32 = AtomicU32::new(0);
    let mut bytes: [u8; 10] = random::bytes();
    for (byte, digit) in bytes.iter_mut().zip(WRITTEN.fetch_add(1, Ordering::Relaxed).to_be_bytes()) {
        *byte = digit;
    }
    EventId::new(at, bytes)
}

//! Gives entries their places on the chain, in batches: what is chained cannot be changed or removed unseen.

use crate::{
    crypto::chain::{self, Check},
    domain::audit::{Chained, End, Mark, Written},
    services::{core::Core, fault::Fault},
    store::{Db, StoreError, audit_chain},
};

/// Entries in one transaction: the write lock is given back in between.
const BATCH: i64 = 500;

/// Whether an entry waits, or an end is marked by a key that will go.
pub fn is_due(core: &Core) -> Result<bool, Fault> {
    let due = core.store.read(|db| {
        let (start, head) = audit_chain::find_both(db)?;
        let stale = [start, head].iter().flatten().any(|mark| chain::is_stale(&core.ring, mark));
        Ok(stale || audit_chain::is_waiting(db)?)
    })?;
    Ok(due)
}

/// Chains one batch of those that wait, the oldest first, and counts them; none where another node was faster.
pub fn chain(core: &Core) -> Result<usize, Fault> {
    core.store.write(|db| {
        let head = match head(core, db)? {
            Ok(head) => head,
            Err(broken) => return Ok(Err(broken)),
        };
        renew_start(core, db)?;
        let rows = follow(core, &head, audit_chain::list_waiting(db, BATCH)?);
        if rows.is_empty() && !chain::is_stale(&core.ring, &head) {
            return Ok(Ok(0));
        }
        let last = rows.last().map_or_else(|| head.place.clone(), |row| row.place.clone());
        let moved = chain::mark(&core.ring, End::Head, last);
        // Whoever moved the head first has chained: the same place is never given twice.
        if !audit_chain::append(db, &head.place, &moved, &rows)? {
            return Ok(Ok(0));
        }
        Ok(Ok(rows.len()))
    })?
}

fn follow(core: &Core, head: &Mark, waiting: Vec<Written>) -> Vec<Chained> {
    let mut last = head.place.clone();
    let mut place = |written: &Written| {
        last = chain::follow(&core.ring, &last, written);
        last.clone()
    };
    waiting.into_iter().map(|written| Chained { place: place(&written), written }).collect()
}

/// The head; the first time, a new one. To go on from a head that was moved by hand would make good what was done.
fn head(core: &Core, db: &mut Db) -> Result<Result<Mark, Fault>, StoreError> {
    let known = audit_chain::find(db, End::Head)?;
    let Some(head) = known.map_or_else(|| begin(core, db), |head| Ok(Some(head)))? else {
        return Ok(Err(broken("an end of the audit log's chain is missing")));
    };
    Ok(match chain::check_mark(&core.ring, End::Head, &head) {
        Check::Genuine => Ok(head),
        Check::Forged => Err(broken("the head of the audit log's chain was altered")),
        Check::KeyGone => Err(broken("the sealing key that marked the head of the audit log's chain is gone")),
    })
}

/// Marks both ends where there was no chain yet, and says where its head is.
fn begin(core: &Core, db: &mut Db) -> Result<Option<Mark>, StoreError> {
    if audit_chain::first_after(db, i64::MIN)?.is_none() {
        let origin = chain::origin();
        if audit_chain::insert(db, End::Start, &chain::mark(&core.ring, End::Start, origin.clone()))? {
            audit_chain::insert(db, End::Head, &chain::mark(&core.ring, End::Head, origin))?;
        }
    }
    // Another node may have begun a moment ago.
    audit_chain::find(db, End::Head)
}

/// The start moves only once in a long while: its mark must not outlast its key.
fn renew_start(core: &Core, db: &mut Db) -> Result<(), StoreError> {
    let Some(start) = audit_chain::find(db, End::Start)? else { return Ok(()) };
    let genuine = chain::check_mark(&core.ring, End::Start, &start) == Check::Genuine;
    if genuine && chain::is_stale(&core.ring, &start) {
        let renewed = chain::mark(&core.ring, End::Start, start.place.clone());
        audit_chain::update(db, End::Start, &start.place, &renewed)?;
    }
    Ok(())
}

fn broken(what: &str) -> Fault {
    Fault::Broken(format!("{what}: signet audit verify says more"))
}

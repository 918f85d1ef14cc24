//! Shortens the log from its old end: the start of the chain moves with it, so that the rest stays verifiable.

use crate::{
    crypto::chain::{self, Check},
    domain::{
        audit::{Chained, End, Mark},
        time::Timestamp,
    },
    services::{core::Core, fault::Fault},
    store::{Db, StoreError, audit_chain},
};

/// Removes at most `batch` chained entries from before that moment, the oldest first; never one that waits for its
/// place. Stops for good at one that was touched: removing it would remove the evidence.
pub fn shorten(core: &Core, before: Timestamp, batch: i64) -> Result<usize, Fault> {
    core.store.write(|db| {
        let (Some(start), Some(head)) = audit_chain::find_both(db)? else {
            return Ok(Ok(0));
        };
        let mut old = audit_chain::list_after(db, start.place.position, batch)?;
        let young = old.iter().position(|row| row.written.at >= before.unix());
        old.truncate(young.unwrap_or(old.len()));
        if old.is_empty() {
            return Ok(Ok(0));
        }
        let genuine = is_genuine(core, End::Start, &start) && is_genuine(core, End::Head, &head);
        let sound = if genuine { sound(core, &start, &head, &old) } else { 0 };
        if let Some(last) = old.get(..sound).and_then(<[_]>::last) {
            return remove(core, db, &start, last, sound).map(Ok);
        }
        // PostgreSQL shows each statement what was committed before it: another node may have moved an end.
        let position = start.place.following();
        let still = audit_chain::find_both(db)? == (Some(start), Some(head));
        Ok(if still { Err(touched(position)) } else { Ok(0) })
    })?
}

/// How many of the rows follow the start, each behind the one before.
fn sound(core: &Core, start: &Mark, head: &Mark, rows: &[Chained]) -> usize {
    let mut last = &start.place;
    let mut sound = 0_usize;
    for row in rows {
        let chained = row.place.position <= head.place.position;
        if !chained || chain::check(&core.ring, last, row) == Check::Forged {
            break;
        }
        (last, sound) = (&row.place, sound.saturating_add(1));
    }
    sound
}

fn remove(core: &Core, db: &mut Db, start: &Mark, last: &Chained, rows: usize) -> Result<usize, StoreError> {
    let moved = chain::mark(&core.ring, End::Start, last.place.clone());
    Ok(if audit_chain::remove(db, &start.place, &moved, rows)? { rows } else { 0 })
}

fn is_genuine(core: &Core, end: End, mark: &Mark) -> bool {
    chain::check_mark(&core.ring, end, mark) == Check::Genuine
}

fn touched(position: i64) -> Fault {
    Fault::Broken(format!(
        "the audit log is not whole at place {position}, nothing is removed from it any more: see signet audit verify"
    ))
}

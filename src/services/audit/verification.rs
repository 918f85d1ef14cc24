//! Walks the chain from its start to its head, and says where it is not what it was.

use crate::{
    crypto::chain::{self, Check},
    domain::audit::{Chained, End, Mark, Place},
    services::{core::Core, fault::Fault},
    store::audit_chain,
};

/// Rows in memory at a time.
const BATCH: i64 = 1000;

/// What a walk found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub finding: Finding,
    /// Entries of which every word is what it was, in an unbroken row.
    pub verified: i64,
    /// Entries that stand in the row, but cannot be verified: the key that chained them is gone.
    pub key_gone: i64,
    /// Entries that have no place yet.
    pub waiting: i64,
    /// Up to where it is so; to be kept elsewhere, and held against the log later.
    pub reached: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    Intact,
    /// The first place at which it is not.
    Broken {
        position: i64,
        how: Break,
    },
    /// An end was marked by a key that is gone: nothing can be said.
    Unknown(End),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Break {
    /// The entry there is gone.
    Removed,
    /// The entry there is not what it was.
    Altered,
    /// The entry there was put in by hand.
    Added,
    /// It is gone, and everything behind it.
    Cut,
    /// The mark of an end was altered.
    Mark(End),
    /// The mark of an end is gone.
    Unmarked(End),
}

/// How far the walk is.
struct Walk {
    at: Place,
    head: Mark,
    verified: i64,
    key_gone: i64,
}

enum Step {
    On(Walk),
    Done(Verdict),
}

impl Break {
    /// What is the case at that place.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Removed => "the entry there was removed",
            Self::Altered => "the entry there was altered, or is another one",
            Self::Added => "the entry there was added by hand",
            Self::Cut => "the entry there and all behind it were removed",
            Self::Mark(End::Start) => "the mark of the chain's start was altered",
            Self::Mark(End::Head) => "the mark of the chain's head was altered",
            Self::Unmarked(End::Start) => "the mark of the chain's start was removed",
            Self::Unmarked(End::Head) => "the mark of the chain's head was removed",
        }
    }
}

/// Why nothing can be said of a chain with this end.
pub const fn key_gone(end: End) -> &'static str {
    match end {
        End::Start => "cannot be verified: the key of the chain's start is gone from the sealing ring",
        End::Head => "cannot be verified: the key of the chain's head is gone from the sealing ring",
    }
}

/// Verifies the whole log, in batches; what is chained or removed by retention meanwhile does not disturb it.
pub async fn verify(core: &Core) -> Result<Verdict, Fault> {
    let mut step = core.run(begin).await?;
    loop {
        match step {
            Step::Done(verdict) => return Ok(verdict),
            Step::On(walk) => step = core.run(move |core| walk.step(core)).await?,
        }
    }
}

fn begin(core: &Core) -> Result<Step, Fault> {
    let (chained, (start, head), first) = core.store.read(|db| {
        // In this order: meanwhile a chain may begin, and retention may take rows away from behind the start.
        let chained = audit_chain::first_after(db, i64::MIN)?.is_some();
        Ok((chained, audit_chain::find_both(db)?, audit_chain::first_after(db, i64::MIN)?))
    })?;
    let (start, head) = match (start, head) {
        (Some(start), Some(head)) => (start, head),
        (None, None) if !chained => return Walk::nowhere().done(core, Finding::Intact),
        (None, _) => return Walk::nowhere().broken(core, 1, Break::Unmarked(End::Start)),
        (_, None) => return Walk::nowhere().broken(core, 1, Break::Unmarked(End::Head)),
    };
    let walk = Walk { at: start.place.clone(), head, verified: 0, key_gone: 0 };
    for (end, mark) in [(End::Start, &start), (End::Head, &walk.head)] {
        let position = mark.place.position;
        match chain::check_mark(&core.ring, end, mark) {
            Check::Genuine => {}
            Check::Forged => return walk.broken(core, position, Break::Mark(end)),
            Check::KeyGone => return walk.done(core, Finding::Unknown(end)),
        }
    }
    match first.filter(|first| *first <= walk.at.position) {
        Some(first) => walk.broken(core, first, Break::Added),
        None => Ok(Step::On(walk)),
    }
}

impl Walk {
    const fn nowhere() -> Self {
        let at = Place { position: 0, link: Vec::new() };
        Self {
            head: Mark { place: Place { position: 0, link: Vec::new() }, mac: Vec::new() },
            at,
            verified: 0,
            key_gone: 0,
        }
    }

    fn step(mut self, core: &Core) -> Result<Step, Fault> {
        let rows = core.store.read(|db| audit_chain::list_after(db, self.at.position, BATCH))?;
        for row in &rows {
            if self.at.position >= self.head.place.position {
                break;
            }
            if row.place.position != self.at.following() {
                return self.missing(core, Break::Removed);
            }
            match chain::check(&core.ring, &self.at, row) {
                Check::Genuine => self.verified = self.verified.saturating_add(1),
                Check::KeyGone => self.key_gone = self.key_gone.saturating_add(1),
                Check::Forged => return self.forged(core, row),
            }
            self.at = row.place.clone();
        }
        match self.at.position >= self.head.place.position {
            true => self.arrive(core),
            false if rows.is_empty() => self.missing(core, Break::Cut),
            false => Ok(Step::On(self)),
        }
    }

    /// The next row is not there: retention took it meanwhile, or somebody did.
    fn missing(mut self, core: &Core, how: Break) -> Result<Step, Fault> {
        let (start, head) = core.store.read(audit_chain::find_both)?;
        let moved = |start: &Mark| {
            start.place.position > self.at.position
                && chain::check_mark(&core.ring, End::Start, start) == Check::Genuine
        };
        let position = self.at.following();
        match (start.filter(moved), self.newer(core, head)) {
            (Some(start), Some(head)) => {
                self.at = start.place;
                self.head = head;
                Ok(Step::On(self))
            }
            _ => self.broken(core, position, how),
        }
    }

    /// The row at the next place was not put there. Where the one behind it was, it was pushed aside by a row that
    /// belongs to neither place; of two that were swapped, each belongs to the other's.
    fn forged(&self, core: &Core, row: &Chained) -> Result<Step, Fault> {
        let position = self.at.following();
        let genuine = |last: &Place, row: &Chained| {
            let place = Place { position: last.following(), link: row.place.link.clone() };
            let row = Chained { place: place.clone(), written: row.written.clone() };
            (chain::check(&core.ring, last, &row) == Check::Genuine).then_some(place)
        };
        let behind = core.store.read(|db| audit_chain::list_after(db, position, 1))?;
        let own = behind.first().and_then(|behind| genuine(&self.at, behind));
        let added = own.is_some_and(|own| genuine(&own, row).is_none());
        self.broken(core, position, if added { Break::Added } else { Break::Altered })
    }

    /// At the head: the last row must be the one that was chained last, and behind it only what was chained since.
    fn arrive(mut self, core: &Core) -> Result<Step, Fault> {
        let Place { position, link } = &self.head.place;
        if self.at.position != *position || self.at.link != *link {
            let position = *position;
            return self.broken(core, position, Break::Altered);
        }
        let Some(beyond) = core.store.read(|db| audit_chain::first_after(db, self.at.position))? else {
            return self.done(core, Finding::Intact);
        };
        let head = core.store.read(|db| audit_chain::find(db, End::Head))?;
        match self.newer(core, head).filter(|head| head.place.position >= beyond) {
            Some(head) => {
                self.head = head;
                Ok(Step::On(self))
            }
            None => self.broken(core, beyond, Break::Added),
        }
    }

    /// A head that nobody moved back.
    fn newer(&self, core: &Core, head: Option<Mark>) -> Option<Mark> {
        let genuine = |head: &Mark| chain::check_mark(&core.ring, End::Head, head) == Check::Genuine;
        head.filter(|head| head.place.position >= self.head.place.position).filter(genuine)
    }

    fn broken(&self, core: &Core, position: i64, how: Break) -> Result<Step, Fault> {
        self.done(core, Finding::Broken { position, how })
    }

    fn done(&self, core: &Core, finding: Finding) -> Result<Step, Fault> {
        let waiting = core.store.read(audit_chain::count_waiting)?;
        let (reached, verified, key_gone) = (self.at.clone(), self.verified, self.key_gone);
        Ok(Step::Done(Verdict { finding, verified, key_gone, waiting, reached }))
    }
}

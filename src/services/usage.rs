//! How much each client is used: counted in memory, added to the table once a minute.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{core::Core, fault::Fault};
use crate::{
    domain::{
        client::ClientId,
        time::Timestamp,
        usage::{ClientUsage, Usage},
    },
    store::client_usage,
};

/// The days that are shown.
const SHOWN_DAYS: i64 = 30;

/// Rows in one transaction: the write lock is given back in between.
const BATCH: usize = 500;

/// The seconds that make up the rate.
const WINDOW: usize = 60;

/// What this node has counted and not yet written. A client that got no token today has no place in it.
#[derive(Default)]
pub struct Counters {
    noted: Mutex<Noted>,
    /// One at a time: nothing is written twice, and nothing is added up while it moves to the table.
    moving: Mutex<()>,
}

#[derive(Default)]
struct Noted {
    clients: HashMap<ClientId, BTreeMap<i64, Count>>,
    recent: Recent,
}

struct Count {
    tokens: i64,
    last_at: Timestamp,
}

/// The seconds of the last minute and their tokens; each second has its place, and takes it from the one a minute before.
struct Recent([(i64, u64); WINDOW]);

impl Counters {
    /// Counts one answer. For a client that got a token today before, this allocates nothing.
    pub fn note(&self, client: &ClientId, now: Timestamp) {
        let mut noted = self.noted();
        noted.recent.note(now.unix());
        let day = now.day();
        if let Some(count) = noted.clients.get_mut(client).and_then(|days| days.get_mut(&day)) {
            count.tokens = count.tokens.saturating_add(1);
            count.last_at = count.last_at.max(now);
        } else {
            noted.clients.entry(client.clone()).or_default().insert(day, Count { tokens: 1, last_at: now });
        }
    }

    fn unwritten(&self) -> Vec<Usage> {
        let noted = self.noted();
        let counts =
            noted.clients.iter().flat_map(|(client, days)| days.iter().map(move |(day, count)| (client, day, count)));
        counts
            .filter(|(.., count)| count.tokens > 0)
            .map(|(client, day, count)| Usage {
                client_id: client.clone(),
                day: *day,
                tokens: count.tokens,
                last_at: count.last_at,
            })
            .collect()
    }

    /// What was counted meanwhile stays.
    fn written(&self, rows: &[Usage]) {
        let mut noted = self.noted();
        for row in rows {
            if let Some(count) = noted.clients.get_mut(&row.client_id).and_then(|days| days.get_mut(&row.day)) {
                count.tokens = count.tokens.saturating_sub(row.tokens);
            }
        }
    }

    fn forget_before(&self, day: i64) {
        self.noted().clients.retain(|_, days| {
            days.retain(|counted, count| *counted >= day || count.tokens > 0);
            !days.is_empty()
        });
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn still(&self) -> MutexGuard<'_, ()> {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Recent {
    fn default() -> Self {
        Self([(i64::MIN, 0); WINDOW])
    }
}

impl Recent {
    fn note(&mut self, second: i64) {
        let place = second.rem_euclid(60);
        if let Some(bucket) = usize::try_from(place).ok().and_then(|place| self.0.get_mut(place)) {
            let before = if bucket.0 == second { bucket.1 } else { 0 };
            *bucket = (second, before.saturating_add(1));
        }
    }

    fn sum(&self, now: i64) -> u64 {
        let window = now.saturating_sub(60)..=now;
        let of_window = self.0.iter().filter(|(second, _)| window.contains(second) && *second != *window.start());
        of_window.map(|(_, tokens)| tokens).sum()
    }
}

/// Adds what was counted to the table. What cannot be written stays counted.
pub fn flush(core: &Core) -> Result<(), Fault> {
    let _still = core.usage.still();
    for rows in core.usage.unwritten().chunks(BATCH) {
        core.store.write(|db| client_usage::add(db, rows))?;
        core.usage.written(rows);
    }
    core.usage.forget_before(core.clock.now().day());
    Ok(())
}

/// The tokens of a client on the last 30 days, today the last; of other nodes without their last minute.
pub fn of(core: &Core, client: &ClientId) -> Result<ClientUsage, Fault> {
    let today = core.clock.now().day();
    let first = today.saturating_sub(SHOWN_DAYS - 1);
    let _still = core.usage.still();
    let (written, last_written) = core
        .store
        .read(|db| Ok((client_usage::list_by_client(db, client, first)?, client_usage::last_used(db, client)?)))?;
    let mut days: BTreeMap<i64, i64> = (first..=today).map(|day| (day, 0)).collect();
    let noted = core.usage.noted();
    let counted = noted.clients.get(client);
    let unwritten = counted.into_iter().flatten().map(|(day, count)| (*day, count.tokens));
    for (day, tokens) in written.into_iter().chain(unwritten) {
        days.entry(day).and_modify(|sum| *sum = sum.saturating_add(tokens));
    }
    let last_noted = counted.into_iter().flatten().map(|(_, count)| count.last_at).max();
    Ok(ClientUsage { days: days.into_iter().collect(), last_used: last_written.max(last_noted) })
}

/// The tokens of all clients today; of other nodes without their last minute.
pub fn today(core: &Core) -> Result<i64, Fault> {
    let today = core.clock.now().day();
    let _still = core.usage.still();
    let written = core.store.read(|db| client_usage::total_of(db, today))?;
    let unwritten = core.usage.unwritten().into_iter().filter(|row| row.day == today).map(|row| row.tokens);
    Ok(unwritten.fold(written, i64::saturating_add))
}

/// The tokens that this node issued in the last minute.
pub fn rate(core: &Core) -> u64 {
    core.usage.noted().recent.sum(core.clock.now().unix())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_800_000_000;

    fn app() -> ClientId {
        ClientId::parse("app").unwrap()
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix(second)
    }

    #[test]
    fn what_is_counted_while_others_are_written_stays() {
        let counters = Counters::default();
        for second in [0, 5, 3] {
            counters.note(&app(), at(second));
        }
        let rows = counters.unwritten();
        assert_eq!(rows, [Usage { client_id: app(), day: 0, tokens: 3, last_at: at(5) }]);
        counters.note(&app(), at(7));
        counters.written(&rows);
        assert_eq!(counters.unwritten(), [Usage { client_id: app(), day: 0, tokens: 1, last_at: at(7) }]);
    }

    /// The memory is bounded by the clients of today, and by what could not be written.
    #[test]
    fn a_day_that_was_written_is_forgotten_when_it_is_over() {
        let counters = Counters::default();
        let midnight = at(86_400);
        counters.note(&app(), at(86_399));
        counters.forget_before(midnight.day());
        assert_eq!(counters.unwritten().len(), 1, "it was not written");
        counters.note(&app(), midnight);
        assert_eq!(counters.unwritten().iter().map(|row| row.day).collect::<Vec<_>>(), [0, 1]);
        counters.written(&counters.unwritten());
        counters.forget_before(midnight.day());
        assert_eq!(counters.noted().clients[&app()].len(), 1);
        counters.forget_before(midnight.day() + 1);
        assert!(counters.noted().clients.is_empty());
    }

    #[test]
    fn the_rate_is_that_of_the_last_sixty_seconds() {
        let counters = Counters::default();
        let sum = |now| counters.noted().recent.sum(now);
        assert_eq!(sum(NOON), 0);
        for second in [0, 0, 1, 59] {
            counters.note(&app(), at(NOON + second));
        }
        assert_eq!([sum(NOON + 59), sum(NOON + 60), sum(NOON + 61), sum(NOON + 118), sum(NOON + 119)], [4, 2, 1, 1, 0]);
        counters.note(&app(), at(NOON + 60));
        assert_eq!(sum(NOON + 60), 3, "a place is taken anew");
        assert_eq!(sum(NOON - 1), 0, "a clock that went back counts what it knows");
    }
}

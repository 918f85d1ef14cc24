//! Connections of the service account that wait for the next question, and how many may ask at once.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::Instant,
};

use super::connection::Connection;

/// Firewalls and directories forget silent connections; ours go first.
const LONGEST_SILENCE: Duration = Duration::from_mins(1);

pub(super) struct Pool {
    turns: Semaphore,
    waiting: Mutex<Vec<(Instant, Connection)>>,
}

impl Pool {
    pub(super) fn new(size: u32) -> Self {
        let turns = Semaphore::new(usize::try_from(size).unwrap_or(1));
        Self { turns, waiting: Mutex::new(Vec::new()) }
    }

    /// Waits for a turn; who has one has one connection of the service account and one of a person at most.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        // It is never closed.
        self.turns.acquire().await.ok()
    }

    /// The connection that waited the shortest.
    pub(super) fn take(&self) -> Option<Connection> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain_mut(|(since, connection)| since.elapsed() < LONGEST_SILENCE && !connection.is_closed());
        waiting.pop().map(|(_, connection)| connection)
    }

    /// There are never more than turns: each was taken, or made, by somebody who had one.
    pub(super) fn give_back(&self, connection: Connection) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), connection));
    }

    /// Where one has died, the others have, too.
    pub(super) fn clear(&self) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

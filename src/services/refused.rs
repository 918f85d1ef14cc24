//! The requests that were refused lately: a ring in memory, so that nobody writes to the database by being refused.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::core::Core;
use crate::{
    domain::{
        client::ClientId,
        refused::{Declined, Endpoint, Refused},
        time::Timestamp,
    },
    protocol::error::OAuthError,
};

/// Of one client.
const OF_CLIENT: usize = 50;

/// Clients that have an entry.
const CLIENTS: usize = 1_000;

/// Of all registered clients together; each is about a kilobyte.
const OF_ALL: usize = 1_900;

/// Of everybody whom nobody knows: a flood of theirs pushes out only each other's.
const OF_STRANGERS: usize = 100;

/// What this node has refused; it begins empty, and nothing outlives the process.
#[derive(Default)]
pub struct Ring(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    clients: HashMap<ClientId, VecDeque<Refused>>,
    strangers: VecDeque<Refused>,
    entries: usize,
}

impl Ring {
    fn put(&self, refused: Refused) {
        self.kept().put(refused);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn put(&mut self, refused: Refused) {
        let Some(client) = refused.client.clone() else {
            push(&mut self.strangers, refused, OF_STRANGERS);
            return;
        };
        let of_client = self.clients.entry(client).or_default();
        let before = of_client.len();
        push(of_client, refused, OF_CLIENT);
        self.entries = self.entries.saturating_add(of_client.len()).saturating_sub(before);
        if self.clients.len() > CLIENTS {
            self.forget_the_quietest();
        }
        if self.entries > OF_ALL {
            self.shorten_the_longest();
        }
    }

    fn forget(&mut self, client: &ClientId) {
        if let Some(forgotten) = self.clients.remove(client) {
            self.entries = self.entries.saturating_sub(forgotten.len());
        }
    }

    /// The client that was not refused for the longest time.
    fn forget_the_quietest(&mut self) {
        let last = |kept: &VecDeque<Refused>| kept.back().map(|refused| refused.last_at);
        let quietest = self.clients.iter().min_by_key(|(_, kept)| last(kept)).map(|(client, _)| client.clone());
        if let Some(client) = quietest {
            self.forget(&client);
        }
    }

    /// Who has most gives: no client's flood takes the last entry of another.
    fn shorten_the_longest(&mut self) {
        if let Some(longest) = self.clients.values_mut().max_by_key(|kept| kept.len())
            && longest.pop_front().is_some()
        {
            self.entries = self.entries.saturating_sub(1);
        }
    }
}

fn push(kept: &mut VecDeque<Refused>, refused: Refused, most: usize) {
    if let Some(last) = kept.back_mut().filter(|last| last.is_again(&refused)) {
        last.times = last.times.saturating_add(1);
        last.last_at = last.last_at.max(refused.at);
        return;
    }
    kept.push_back(refused);
    if kept.len() > most {
        kept.pop_front();
    }
}

/// Remembers a refusal.
pub fn note(core: &Core, endpoint: Endpoint, declined: &Declined) {
    core.refused.put(Refused::new(endpoint, declined, core.clock.now()));
}

/// Remembers a refusal from before anybody could read whose request it is.
pub fn unread(core: &Core, endpoint: Endpoint, error: &OAuthError) {
    note(core, endpoint, &Declined::from(error.clone()));
}

/// A client is gone, and its id may be given to another.
pub fn forget(core: &Core, client: &ClientId) {
    core.refused.kept().forget(client);
}

/// The newest first: of one client, or of every registered one.
pub fn list(core: &Core, client: Option<&ClientId>) -> Vec<Refused> {
    let kept = core.refused.kept();
    match client {
        Some(client) => newest_first(kept.clients.get(client)),
        None => newest_first(kept.clients.values()),
    }
}

/// Those whose client nobody knows, the newest first.
pub fn unknown(core: &Core) -> Vec<Refused> {
    newest_first([&core.refused.kept().strangers])
}

fn newest_first<'a>(kept: impl IntoIterator<Item = &'a VecDeque<Refused>> + 'a) -> Vec<Refused> {
    let mut found: Vec<Refused> = kept.into_iter().flat_map(|of_client| of_client.iter().rev()).cloned().collect();
    // Stable: of the same second, each client's own order stays.
    found.sort_by_key(|refused| std::cmp::Reverse::<Timestamp>(refused.last_at));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(client: Option<&str>, n: usize) -> Refused {
        let declined = Declined::from(OAuthError::invalid_request(format!("number {n}"))).named("stranger");
        let declined = match client {
            Some(client) => declined.of(&ClientId::parse(client).unwrap()),
            None => declined,
        };
        Refused::new(Endpoint::Token, &declined, Timestamp::from_unix(i64::try_from(n).unwrap()))
    }

    fn of<'a>(kept: &'a Kept, client: &str) -> &'a VecDeque<Refused> {
        &kept.clients[&ClientId::parse(client).unwrap()]
    }

    fn counted(kept: &Kept) -> usize {
        kept.clients.values().map(VecDeque::len).sum()
    }

    #[test]
    fn the_same_in_a_row_is_counted() {
        let mut kept = Kept::default();
        for n in [1, 1, 1, 2, 1] {
            kept.put(refused(Some("app"), n));
        }
        let times: Vec<_> = of(&kept, "app").iter().map(|refused| refused.times).collect();
        assert_eq!((times, kept.entries), (vec![3, 1, 1], 3));
    }

    #[test]
    fn a_client_keeps_its_last_50() {
        let mut kept = Kept::default();
        for n in 0..120 {
            kept.put(refused(Some("app"), n));
        }
        let of_app = of(&kept, "app");
        assert_eq!((of_app.len(), of_app[0].reason.as_str(), kept.entries), (50, "number 70", 50));
    }

    #[test]
    fn a_flood_of_strangers_pushes_out_strangers_only() {
        let mut kept = Kept::default();
        kept.put(refused(Some("app"), 1));
        for n in 0..10_000 {
            kept.put(refused(None, n));
        }
        assert_eq!((of(&kept, "app").len(), kept.strangers.len(), kept.entries), (1, 100, 1));
    }

    /// Public client ids make floods in the name of clients: they stay among themselves.
    #[test]
    fn a_flood_in_the_name_of_many_clients_leaves_the_others_theirs() {
        let mut kept = Kept::default();
        for n in 0..3 {
            kept.put(refused(Some("quiet"), n));
        }
        for n in 0..10_000 {
            kept.put(refused(Some(&format!("loud{}", n % 300)), n));
        }
        assert_eq!(of(&kept, "quiet").len(), 3);
        assert_eq!((kept.entries, counted(&kept)), (OF_ALL, OF_ALL));
    }

    #[test]
    fn of_1000_clients_the_quietest_makes_room() {
        let mut kept = Kept::default();
        for n in 0..1_100 {
            kept.put(refused(Some(&format!("app{n}")), n));
        }
        assert_eq!((kept.clients.len(), kept.entries, counted(&kept)), (1_000, 1_000, 1_000));
        assert!(!kept.clients.contains_key(&ClientId::parse("app99").unwrap()));
        assert_eq!(of(&kept, "app100").len(), 1);
    }

    #[test]
    fn the_newest_stands_first() {
        let [one, other] = [[1, 2, 4], [2, 3, 3]].map(|numbers| numbers.map(|n| refused(None, n)).into());
        let reasons: Vec<_> = newest_first([&one, &other]).into_iter().map(|refused| refused.reason).collect();
        assert_eq!(reasons, [4, 3, 3, 2, 2, 1].map(|n| format!("number {n}")));
    }
}

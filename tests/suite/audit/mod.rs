//! The audit log: its chain, what is found of a hand on the database, its retention, its lists.

mod chain;
mod keys;
mod reading;
mod retention;
mod tampering;

use signet::{
    domain::{
        audit::{Action, Actor, Outcome},
        time::Seconds,
    },
    services::{
        audit::{self, Entry, Finding, Verdict},
        core::Core,
        fault::Fault,
    },
};

use crate::{harness::Server, tables::Tables};

/// A server of which nobody uses the doors, and its tables from the outside.
struct Log {
    server: Server,
    tables: Tables,
}

impl Log {
    async fn empty() -> Self {
        let server = Server::start().await;
        let tables = Tables::of(&server.site);
        Self { server, tables }
    }

    /// With so many chained entries, each a second after the one before.
    async fn of(entries: usize) -> Self {
        let log = Self::empty().await;
        log.write(entries);
        log.chain();
        log
    }

    fn core(&self) -> &Core {
        &self.server.site.core
    }

    fn write(&self, entries: usize) {
        for number in 0..entries {
            self.core().clock.advance(Seconds(1));
            write(self.core(), &format!("entry {number}"));
        }
    }

    /// Chains all that waits.
    fn chain(&self) {
        while audit::chain(self.core()).unwrap() > 0 {}
    }

    async fn verdict(&self) -> Verdict {
        audit::verify(self.core()).await.unwrap()
    }

    async fn finding(&self) -> Finding {
        self.verdict().await.finding
    }

    /// What is found after somebody did that to the tables; then they are as before.
    async fn after(&mut self, sql: &str) -> Finding {
        for table in ["audit_events", "audit_chain"] {
            self.tables.execute(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
        }
        self.tables.execute(sql);
        let finding = self.finding().await;
        for table in ["audit_events", "audit_chain"] {
            self.tables.execute(&format!(
                "DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}; DROP TABLE kept_{table}"
            ));
        }
        assert_eq!(self.finding().await, Finding::Intact, "put back");
        finding
    }
}

fn write(core: &Core, detail: &str) {
    let (action, outcome) = (Action::Login, Outcome::Done);
    let entry = Entry { actor: Actor::Operator, user_id: None, action, outcome, address: None, detail: None };
    core.store.write(|db| audit::record(core, db, entry.with(detail))).unwrap();
}

fn is_broken<T>(done: &Result<T, Fault>, words: &str) -> bool {
    matches!(done, Err(Fault::Broken(reason)) if reason.contains(words))
}

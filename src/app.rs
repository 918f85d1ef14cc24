//! Puts the parts together: the only place where they all meet.

use std::{thread, time::Duration};

use crate::{
    config::Settings,
    http::account_api,
    services::{clock::Clock, core::Core, database, fault::Fault, keys, leases, mounts, sealing},
    store::{Store, migrations},
};

/// What happens to a database whose tables are older than this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// `SQLite` has one program at a time; `PostgreSQL` is migrated by `signet migrate`.
    OnlySqlite,
    Always,
    Never,
}

/// Opens the database and makes the core; the caller decides whether keys are made and tended.
pub fn open(settings: Settings, clock: Clock, migrate: Migrate) -> Result<Core, Fault> {
    let store = database::open(&settings.database)?;
    bring_up_to_date(&store, migrate)?;
    let ring = sealing::open(&settings, &store)?;
    Core::new(settings, store, ring, clock)
}

/// What a server needs beside its parts: a key to sign with, and the account API's own clients.
pub fn ready(core: &Core) -> Result<(), Fault> {
    ready_keys(core)?;
    let mounted = account_api::mounts::mounted(&core.settings)?;
    mounts::ensure(core, &mounted.iter().map(|mounted| (*mounted.mount).clone()).collect::<Vec<_>>())
}

/// A key to sign with, and the keyring read. The first key is made by one node only; one that starts at the
/// same moment waits for it.
fn ready_keys(core: &Core) -> Result<(), Fault> {
    const TRIES: u32 = 50;
    for _ in 0..TRIES {
        leases::held(core, leases::KEYS, || keys::tend(core))?;
        keys::reload(core)?;
        if keys::signer(core).is_ok() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(200));
    }
    keys::signer(core).map(drop)
}

fn bring_up_to_date(store: &Store, migrate: Migrate) -> Result<(), Fault> {
    let run = match migrate {
        Migrate::Always => true,
        Migrate::OnlySqlite => store.is_sqlite(),
        Migrate::Never => false,
    };
    if run {
        for name in migrations::run(store)? {
            tracing::info!(name, "migrated");
        }
        return Ok(());
    }
    let pending = migrations::pending(store)?;
    if pending.is_empty() {
        return Ok(());
    }
    Err(Fault::Broken(format!(
        "the database is older than this program: run `signet migrate` ({})",
        pending.join(", ")
    )))
}

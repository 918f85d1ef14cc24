//! The sealing ring and the database it belongs to: two nodes must not seal differently.

use super::fault::Fault;
use crate::{
    config::Settings,
    crypto::{key_file, seal::SealingRing},
    store::{Store, sealing},
};

/// The ring of the settings: from the environment, else from the key directory. A ring is created only for
/// a new SQLite database that knows none.
pub fn open(settings: &Settings, store: &Store) -> Result<SealingRing, Fault> {
    let known = store.read(sealing::fingerprints)?;
    let ring = match (given(settings)?, known.is_empty()) {
        (Some(ring), _) => ring,
        (None, true) if store.is_sqlite() => key_file::create(&settings.keys.directory).map_err(broken)?,
        (None, _) => return Err(missing(settings)),
    };
    adopt(store, &ring, &known)?;
    Ok(ring)
}

/// The ring that the settings name, if there is one.
pub fn given(settings: &Settings) -> Result<Option<SealingRing>, Fault> {
    match &settings.keys.sealing_key {
        Some(text) => SealingRing::parse(text.reveal()).map(Some).map_err(broken),
        None => key_file::read(&settings.keys.directory).map_err(broken),
    }
}

/// Every entry that the database has been sealed with must still be on the ring, new ones are written down.
fn adopt(store: &Store, ring: &SealingRing, known: &[String]) -> Result<(), Fault> {
    let ours = ring.fingerprints();
    if let Some(lost) = known.iter().find(|print| !ours.contains(print)) {
        return Err(Fault::Broken(format!(
            "this database is sealed with the key {lost}, which is not on the sealing ring: restore keys/sealing.key"
        )));
    }
    let new: Vec<_> = ours.into_iter().filter(|print| !known.contains(print)).collect();
    if new.is_empty() {
        return Ok(());
    }
    Ok(store.write(|db| new.iter().try_for_each(|print| sealing::insert_fingerprint(db, print).map(drop)))?)
}

fn missing(settings: &Settings) -> Fault {
    Fault::Broken(format!(
        "there is no sealing key: put it into {}/sealing.key or SIGNET_SEALING_KEY",
        settings.keys.directory.display()
    ))
}

fn broken(error: impl std::fmt::Display) -> Fault {
    Fault::Broken(error.to_string())
}

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

/// The key that the database was sealed with, where the ring has none that it knows. Keys that were rotated out
/// are missed only where something is still sealed with them, and then the signing keys do not open.
pub fn stranger<'a>(ring: &SealingRing, known: &'a [String]) -> Option<&'a str> {
    let ours = ring.fingerprints();
    let shared = known.iter().any(|print| ours.contains(print));
    if shared { None } else { known.first().map(String::as_str) }
}

/// A ring of this database is taken, and what is new on it is written down.
fn adopt(store: &Store, ring: &SealingRing, known: &[String]) -> Result<(), Fault> {
    if let Some(lost) = stranger(ring, known) {
        return Err(Fault::Broken(format!(
            "this database is sealed with the key {lost}, which is not on the sealing ring: restore keys/sealing.key"
        )));
    }
    let ours = ring.fingerprints();
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

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    use super::*;

    #[test]
    fn an_old_key_may_leave_the_ring_and_a_foreign_ring_is_refused() {
        let line = |number: &u8| format!("{number} {}\n", URL_SAFE_NO_PAD.encode([*number; 32]));
        let ring = |numbers: &[u8]| SealingRing::parse(&numbers.iter().map(line).collect::<String>()).unwrap();
        let known = ring(&[2, 1]).fingerprints();
        assert_eq!(stranger(&ring(&[2]), &known), None);
        assert_eq!(stranger(&ring(&[3, 2]), &known), None);
        assert_eq!(stranger(&ring(&[3]), &known), Some(known[0].as_str()));
        assert_eq!(stranger(&ring(&[3]), &[]), None);
    }
}

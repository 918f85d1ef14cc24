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

/// The key that the database is sealed with now, where it is not on the ring. Those before it may leave the ring once
/// nothing that they sealed is of use; a signing key that does not open any more stops the start by itself.
pub fn lost<'a>(ring: &SealingRing, known: &'a [String]) -> Option<&'a str> {
    known.last().filter(|newest| !ring.fingerprints().contains(newest)).map(String::as_str)
}

/// The ring of this database is taken, and it is written down which of its keys seals.
fn adopt(store: &Store, ring: &SealingRing, known: &[String]) -> Result<(), Fault> {
    if let Some(lost) = lost(ring, known) {
        return Err(Fault::Broken(format!(
            "this database is sealed with the key {lost}, which is not on the sealing ring: restore keys/sealing.key"
        )));
    }
    let sealing = ring.fingerprint();
    if known.last() == Some(&sealing) {
        return Ok(());
    }
    Ok(store.write(|db| sealing::insert_fingerprint(db, &sealing).map(drop))?)
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
    fn a_key_that_seals_no_more_may_leave_the_ring_and_the_one_that_seals_may_not() {
        let line = |number: &u8| format!("{number} {}\n", URL_SAFE_NO_PAD.encode([*number; 32]));
        let ring = |numbers: &[u8]| SealingRing::parse(&numbers.iter().map(line).collect::<String>()).unwrap();
        let known = [ring(&[1]).fingerprint(), ring(&[2]).fingerprint()];
        for fits in [&[2][..], &[2, 1], &[1, 2], &[3, 2]] {
            assert_eq!(lost(&ring(fits), &known), None, "{fits:?}");
        }
        for does_not in [&[1][..], &[3], &[3, 1]] {
            assert_eq!(lost(&ring(does_not), &known), Some(known[1].as_str()), "{does_not:?}");
        }
        assert_eq!(lost(&ring(&[3]), &[]), None);
    }
}

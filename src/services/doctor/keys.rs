//! The sealing key and the signing keys.

use super::Report;
use crate::{
    config::Settings,
    crypto::{keyring::Keyring, seal::SealingRing},
    domain::{
        key::{KeyState, SigningKey},
        time::{Seconds, Timestamp},
    },
    services::{clock::Clock, fault::Fault, sealing},
    store::{self, Store, signing_keys},
};

pub(super) fn check(settings: &Settings, store: &Store, report: &mut Report) {
    if let Some(ring) = check_sealing(settings, store, report) {
        check_signing(settings, store, &ring, report);
    }
}

fn check_sealing(settings: &Settings, store: &Store, report: &mut Report) -> Option<SealingRing> {
    const CHECK: &str = "sealing key";
    let known = store.read(store::sealing::fingerprints).map_err(Fault::from);
    let (known, given) = match known.and_then(|known| Ok((known, sealing::given(settings)?))) {
        Ok(both) => both,
        Err(broken) => {
            report.error(CHECK, broken, "restore keys/sealing.key from its backup, or correct SIGNET_SEALING_KEY");
            return None;
        }
    };
    let directory = settings.keys.directory.display();
    let Some(ring) = given else {
        if known.is_empty() && store.is_sqlite() {
            report.warning(
                CHECK,
                "there is none yet",
                format!("the first `signet serve` makes {directory}/sealing.key"),
            );
        } else {
            let advice = format!("put it into {directory}/sealing.key (mode 0600) or SIGNET_SEALING_KEY");
            report.error(CHECK, "there is none", advice);
        }
        return None;
    };
    if let Some(lost) = sealing::lost(&ring, &known) {
        let advice = "restore the right sealing key; without it the signing keys in the database cannot be opened";
        report.error(CHECK, format!("the database is sealed with {lost}, which is not on the ring"), advice);
        return None;
    }
    report.ok(CHECK, format!("present, fingerprint {}", ring.fingerprint()));
    Some(ring)
}

fn check_signing(settings: &Settings, store: &Store, ring: &SealingRing, report: &mut Report) {
    const CHECK: &str = "signing keys";
    let now = Clock::System.now();
    let loaded = store.read(signing_keys::list).map_err(Fault::from).and_then(|keys| {
        Keyring::load(keys.clone(), ring, &Keyring::empty())?;
        Ok(keys)
    });
    match loaded {
        Ok(keys) if keys.is_empty() => {
            report.warning(CHECK, "there are none yet", "the first `signet serve` makes one");
        }
        Ok(keys) => judge(settings, &keys, now, report),
        Err(broken) => report.error(CHECK, broken, "restore the sealing key and the database of the same time"),
    }
}

fn judge(settings: &Settings, keys: &[SigningKey], now: Timestamp, report: &mut Report) {
    const CHECK: &str = "signing keys";
    let active = keys.iter().filter(|key| key.state(now) == KeyState::Active).max_by_key(|key| key.activates_at);
    let Some(active) = active else {
        report.error(CHECK, "none is active", "start the server, or run `signet key rotate`");
        return;
    };
    let age = now.since(active.activates_at);
    // A day late: rotation is a job of the running server.
    if age > Seconds(settings.keys.rotation().0.saturating_add(Seconds::days(1).0)) {
        let days = age.0 / Seconds::days(1).0;
        report.warning(
            CHECK,
            format!("{} has signed for {days} days", active.kid),
            "is the server running? It rotates by itself; `signet key rotate` does it now",
        );
        return;
    }
    report.ok(CHECK, format!("{} signs since {}", active.kid, active.activates_at.rfc3339()));
}

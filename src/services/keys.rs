//! The signing keys' life: loading, rotation with pre-publishing, the emergency revocation.

use std::sync::{Arc, PoisonError, RwLock};

use super::{
    audit::{self, Entry},
    core::Core,
    fault::Fault,
};
use crate::{
    crypto::keyring::{self, Keyring, NewKey, Signer},
    domain::{
        key::{KeyState, Rotation, SigningKey},
        time::{Seconds, Timestamp},
    },
    store::{Db, StoreError, signing_keys, turn},
};

/// The keyring of this node and when it was read.
pub struct Keys(RwLock<Arc<Loaded>>);

/// One reading of the table.
pub struct Loaded {
    pub ring: Keyring,
    pub read_at: Timestamp,
    /// The answer of `/jwks`, ready to send; made anew at each reading.
    pub jwks: Arc<str>,
}

impl Keys {
    pub fn empty() -> Self {
        let nothing = Loaded { ring: Keyring::empty(), read_at: Timestamp::from_unix(0), jwks: Arc::from("") };
        Self(RwLock::new(Arc::new(nothing)))
    }

    pub fn loaded(&self) -> Arc<Loaded> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The key that signs now. A node whose keyring is too old to know the next key signs no more:
/// what it signed could fail to validate elsewhere.
pub fn signer(core: &Core) -> Result<Arc<Signer>, Fault> {
    let now = core.clock.now();
    let loaded = core.keys.loaded();
    if now.since(loaded.read_at) > rotation(core).publish_ahead {
        return Err(Fault::Unavailable("the keyring could not be refreshed".into()));
    }
    let signer = loaded.ring.signer(now).map(Arc::clone);
    signer.ok_or_else(|| Fault::Unavailable("there is no active signing key".into()))
}

/// How long others may keep this reading: the usual time, and less where the keyring could not be refreshed,
/// so that a key that was made meanwhile is known everywhere when it begins to sign.
pub fn fresh_for(core: &Core, loaded: &Loaded) -> Seconds {
    let age = core.clock.now().since(loaded.read_at);
    let left = rotation(core).publish_ahead.0.saturating_sub(age.0).max(0);
    core.settings.keys.jwks_max_age_seconds.min(Seconds(left))
}

/// Reads the table again; keys that were parsed before are not parsed again.
pub fn reload(core: &Core) -> Result<(), Fault> {
    let now = core.clock.now();
    let keys = core.store.read(signing_keys::list)?;
    let ring = Keyring::load(keys, &core.ring, &core.keys.loaded().ring)?;
    let jwks = ring.jwks(now).into();
    *core.keys.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Loaded { ring, read_at: now, jwks });
    Ok(())
}

/// Makes the first key, or the next one when the active one has served its time. Whoever calls holds the lease.
pub fn tend(core: &Core) -> Result<(), Fault> {
    let now = core.clock.now();
    if due(core, &core.store.read(signing_keys::list)?, now).is_some() {
        // Before the transaction: making a key takes its time, in which somebody may begin a rotation.
        let new = keyring::generate()?;
        core.store.write(|db| {
            turn::take(db)?;
            if let Some(activates_at) = due(core, &signing_keys::list(db)?, now) {
                add(core, db, &new, activates_at)?;
            }
            Ok::<_, StoreError>(())
        })?;
    }
    core.store.write(|db| forget_gone(db, now))?;
    reload(core)
}

/// When a key should begin to sign that nobody has made yet.
fn due(core: &Core, keys: &[SigningKey], now: Timestamp) -> Option<Timestamp> {
    let times = rotation(core);
    let newest = keys.iter().filter(|key| key.state(now) <= KeyState::Active).max_by_key(|key| key.activates_at);
    match newest {
        None => Some(now),
        Some(key) if now.since(key.activates_at) >= Seconds(times.every.0 - times.publish_ahead.0) => {
            Some(now.plus(times.publish_ahead))
        }
        Some(_) => None,
    }
}

/// Starts a rotation now: the new key is published at once and signs when every cache can know it.
/// A rotation that is under way is not started again.
pub fn rotate(core: &Core, noted: impl FnOnce(&SigningKey) -> Entry) -> Result<SigningKey, Fault> {
    // Before the transaction: making a key takes its time.
    let new = keyring::generate()?;
    let key = core.store.write(|db| {
        let now = core.clock.now();
        turn::take(db)?;
        let keys = signing_keys::list(db)?;
        let in_state = |state| keys.iter().find(|key| key.state(now) == state);
        let key = match (in_state(KeyState::Next), in_state(KeyState::Active)) {
            (Some(next), _) => return Ok(next.clone()),
            (None, Some(_)) => add(core, db, &new, now.plus(rotation(core).publish_ahead))?,
            // Nothing signs yet, so no cache holds an older set.
            (None, None) => add(core, db, &new, now)?,
        };
        audit::record(core, db, noted(&key))?;
        Ok(key)
    })?;
    reload(core)?;
    Ok(key)
}

/// The emergency: the key validates nothing any more, on this node at once and on others when they have read the keyring
/// again, and its private half is erased. When it was the last one that could sign, the next one signs at once, before
/// every cache can know it. A key that is gone stays as it is. `None`: no such key.
pub fn revoke(core: &Core, kid: &str, noted: impl FnOnce(&SigningKey) -> Entry) -> Result<Option<SigningKey>, Fault> {
    let spare = keyring::generate()?;
    let revoked = core.store.write(|db| {
        let now = core.clock.now();
        turn::take(db)?;
        let keys = signing_keys::list(db)?;
        let Some(mut key) = keys.iter().find(|key| key.kid == kid).cloned() else {
            return Ok(None);
        };
        if key.state(now) == KeyState::Gone {
            return Ok(Some(key));
        }
        let other = |state| keys.iter().find(|other| other.kid != kid && other.state(now) == state);
        match (other(KeyState::Active), other(KeyState::Next)) {
            (Some(_), _) => {}
            (None, Some(next)) => {
                // Published already, so that some caches know it.
                signing_keys::update_times(db, &SigningKey { activates_at: now, ..next.clone() })?;
            }
            (None, None) => {
                add(core, db, &spare, now)?;
            }
        }
        prolong_predecessor(db, &keys, &key, now)?;
        key.retires_at = Some(key.retires_at.map_or(now, |at| at.min(now)));
        key.gone_at = Some(now);
        erase(db, &key, now)?;
        audit::record(core, db, noted(&key))?;
        Ok(Some(key))
    })?;
    reload(core)?;
    Ok(revoked)
}

/// The key that was to give way to `revoked` signs on: nobody else would, from then on.
fn prolong_predecessor(
    db: &mut Db,
    keys: &[SigningKey],
    revoked: &SigningKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let waits = |key: &&SigningKey| key.retires_at == Some(revoked.activates_at) && key.state(now) == KeyState::Active;
    let Some(key) = keys.iter().find(waits) else { return Ok(()) };
    signing_keys::update_times(db, &SigningKey { retires_at: None, gone_at: None, ..key.clone() }).map(drop)
}

/// Every key, the youngest first.
pub fn list(core: &Core) -> Result<Vec<SigningKey>, Fault> {
    let mut keys = core.store.read(signing_keys::list)?;
    keys.sort_by_key(|key| std::cmp::Reverse((key.activates_at, key.kid.clone())));
    Ok(keys)
}

/// The times of a rotation, from the settings.
pub fn rotation(core: &Core) -> Rotation {
    let settings = &core.settings;
    Rotation {
        every: settings.keys.rotation(),
        publish_ahead: settings.publish_ahead(),
        keep_retired: settings.keep_retired(),
    }
}

/// Inserts a new key that signs from `activates_at`, and lets those before it retire then.
fn add(core: &Core, db: &mut Db, new: &NewKey, activates_at: Timestamp) -> Result<SigningKey, StoreError> {
    let key = seal(core, new, core.clock.now(), activates_at);
    let keep = rotation(core).keep_retired;
    for mut older in signing_keys::list(db)? {
        if older.retires_at.is_none() {
            older.retires_at = Some(activates_at);
            older.gone_at = Some(activates_at.plus(keep));
            signing_keys::update_times(db, &older)?;
        }
    }
    signing_keys::insert(db, &key)?;
    Ok(key)
}

fn seal(core: &Core, new: &NewKey, now: Timestamp, activates_at: Timestamp) -> SigningKey {
    SigningKey {
        kid: new.kid.clone(),
        algorithm: new.algorithm.to_owned(),
        public_jwk: new.public_jwk.clone(),
        sealed_private: new.sealed(&core.ring),
        created_at: now,
        activates_at,
        retires_at: None,
        gone_at: None,
    }
}

/// Keys that nobody needs lose their private half; the public one stays, to recognise an old `id_token_hint`.
fn forget_gone(db: &mut Db, now: Timestamp) -> Result<(), StoreError> {
    for key in signing_keys::list(db)? {
        if key.state(now) == KeyState::Gone && !key.sealed_private.is_empty() {
            erase(db, &key, key.gone_at.unwrap_or(now))?;
        }
    }
    Ok(())
}

fn erase(db: &mut Db, key: &SigningKey, gone_at: Timestamp) -> Result<(), StoreError> {
    signing_keys::update_times(db, key)?;
    signing_keys::erase_private(db, &key.kid, gone_at).map(drop)
}

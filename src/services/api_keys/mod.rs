//! API keys: made once, shown once, found by digest, refused the moment they or their users are gone.

mod making;

pub(super) use making::{Member, NotMade, Wish, make};

use super::{
    accounts::{Account, Caller, Refusal, Thing},
    admin::admit,
    audit::{self, Entry},
    core::Core,
    registry,
};
use crate::{
    crypto::{api_key, digest},
    domain::{
        administrator::acts_on_others,
        api_key::{ApiKey, Environment, Maker},
        audit::{Action, Outcome},
        ids::ApiKeyId,
        secret::{Secret, SecretDigest},
        session::Session,
        time::{Seconds, Timestamp},
        user::User,
    },
    protocol::scope::Scope,
    store::{StoreError, api_keys},
};

/// What a key is to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// 1 to 100 characters on one line.
    pub name: String,
    /// At most 500 characters on one line.
    pub description: Option<String>,
    /// Registered names. `None`: OpenID's `openid profile email` and every registered scope that acts on nobody else.
    pub scope: Option<Scope>,
    pub environment: Environment,
    /// 1 to 3650; `None` never expires.
    pub expires_in_days: Option<i64>,
    /// `cdt`, `sk`, `pat`: what the key begins with.
    pub prefix: String,
}

/// A key that has just been made, with the only sight of it.
#[derive(Debug)]
pub struct Made {
    pub key: ApiKey,
    pub secret: Secret<String>,
}

/// The longest time for which a rotated key stays good beside its successor.
const LONGEST_GRACE: Seconds = Seconds::days(1);

/// Use is written down once in so long: a busy key costs a write a minute, not one a request.
const NOTED_EVERY: Seconds = Seconds::minutes(1);

/// For somebody who is signed in: a key makes no keys. What the user may not give is refused by name.
pub async fn create(core: &Core, caller: Caller, new: NewKey) -> Result<Made, Refusal> {
    let wish = Wish::parse(new)?;
    core.run(move |core| {
        let Account { user, session, .. } = caller.account(core)?;
        let entry = Entry::by_user(&user.id, Action::CreateApiKey, Outcome::Done, caller.visitor.address);
        if let Some(scope) = wish.acts_on_others() {
            demand_fresh(core, &session, scope, &entry)?;
        }
        Ok(make(core, &user, &wish, Maker::User, entry)??)
    })
    .await
}

/// Those that have not expired, oldest first.
pub async fn list(core: &Core, caller: Caller) -> Result<Vec<ApiKey>, Refusal> {
    core.run(move |core| {
        let Account { user, .. } = caller.account(core)?;
        let now = core.clock.now();
        Ok(core.store.read(|db| api_keys::list_by_user(db, &user.id, now))?)
    })
    .await
}

pub async fn find(core: &Core, caller: Caller, id: ApiKeyId) -> Result<ApiKey, Refusal> {
    core.run(move |core| {
        let Account { user, .. } = caller.account(core)?;
        own(core, &user, &id)
    })
    .await
}

/// Keeps id, scopes and expiry; the old key stays good for the grace (0 to 86400 s), the one before that no longer. Of
/// those who rotate the same key at the same moment one gets the new one.
pub async fn rotate(core: &Core, caller: Caller, id: ApiKeyId, grace: Seconds) -> Result<Made, Refusal> {
    if !(Seconds(0)..=LONGEST_GRACE).contains(&grace) {
        return Err(Refusal::Malformed("grace_seconds"));
    }
    core.run(move |core| {
        let Account { user, session, .. } = caller.account(core)?;
        // Read before the transaction: who saw the same key competes for the same digest.
        let before = own(core, &user, &id)?;
        let entry = Entry::by_user(&user.id, Action::RotateApiKey, Outcome::Done, caller.visitor.address);
        if let Some(scope) = before.scope.iter().find(|scope| acts_on_others(scope)) {
            demand_fresh(core, &session, scope, &entry)?;
        }
        let now = core.clock.now();
        let minted = api_key::mint(before.brand(), before.environment);
        let key = ApiKey {
            digest: digest::secret(minted.key.reveal()),
            prefix: minted.beginning,
            previous: (grace > Seconds(0)).then(|| (before.digest, now.plus(grace))),
            ..before.clone()
        };
        let entry = entry.with(id.as_str());
        // An operator's key may do more than its user, who must not come to know it by rotating it.
        let beyond = before.beyond(&user).map(str::to_owned);
        core.store.write(|db| {
            if let Some(scope) = beyond {
                audit::record(core, db, Entry { outcome: Outcome::Refused, ..entry })?;
                return Ok(Err(Refusal::InsufficientScope(scope)));
            }
            if api_keys::rotate(db, &key, &before.digest)? {
                audit::record(core, db, entry)?;
                return Ok(Ok(()));
            }
            let gone = api_keys::find(db, &user.id, &id)?.is_none();
            Ok(Err(if gone { Refusal::NotFound(Thing::ApiKey) } else { Refusal::RotatedMeanwhile }))
        })??;
        Ok(Made { key, secret: minted.key })
    })
    .await
}

/// From here on the key is refused everywhere.
pub async fn revoke(core: &Core, caller: Caller, id: ApiKeyId) -> Result<(), Refusal> {
    core.run(move |core| {
        let Account { user, .. } = caller.account(core)?;
        let revoked = core.store.write(|db| {
            if !api_keys::delete(db, &user.id, &id)? {
                return Ok(false);
            }
            let entry = Entry::by_user(&user.id, Action::RevokeApiKey, Outcome::Done, caller.visitor.address);
            audit::record(core, db, entry.with(id.as_str()))?;
            Ok(true)
        })?;
        revoked.then_some(()).ok_or(Refusal::NotFound(Thing::ApiKey))
    })
    .await
}

/// The live key behind a bearer token and its active user, inside a crossing; its use is written down once a minute at most.
/// Noise costs no query: the checksum is looked at first. The key's scope is what it may today ([`ApiKey::scope_today`]).
pub fn holder(core: &Core, token: &str) -> Result<Option<(ApiKey, User)>, StoreError> {
    if !looks_like_one(token) {
        return Ok(None);
    }
    let now = core.clock.now();
    let digest = digest::secret(token);
    let found = core.store.read(|db| api_keys::find_by_digest(db, &digest))?;
    let Some((key, user)) = found.filter(|(key, user)| user.is_active() && opens(key, &digest, now)) else {
        return Ok(None);
    };
    let noted = now.minus(NOTED_EVERY);
    if key.last_used_at.is_none_or(|at| at < noted) {
        core.store.write(|db| api_keys::touch(db, &key.id, now, noted).map(drop))?;
    }
    let scope = registry::registered(core)?.known(&key.scope_today(&user));
    Ok(Some((ApiKey { scope, ..key }, user)))
}

/// Whether a text has the shape and the checksum of a key of ours.
pub fn looks_like_one(text: &str) -> bool {
    api_key::is_key(text)
}

fn opens(key: &ApiKey, shown: &SecretDigest, now: Timestamp) -> bool {
    key.digests(now).any(|good| digest::same(good, shown))
}

/// A key that administers is made and rotated by whom the console would let in: not by an open laptop.
fn demand_fresh(core: &Core, session: &Session, scope: &str, entry: &Entry) -> Result<(), Refusal> {
    if admit::is_fresh(core, session)? {
        return Ok(());
    }
    let refused = Entry { outcome: Outcome::Refused, ..entry.clone().with(scope) };
    core.store.write(|db| audit::record(core, db, refused))?;
    Err(Refusal::NotFresh)
}

/// A key of this user that has not expired.
fn own(core: &Core, user: &User, id: &ApiKeyId) -> Result<ApiKey, Refusal> {
    let now = core.clock.now();
    let found = core.store.read(|db| api_keys::find(db, &user.id, id))?;
    found.filter(|key| !key.has_expired(now)).ok_or(Refusal::NotFound(Thing::ApiKey))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Settings,
        crypto::seal::SealingRing,
        services::clock::Clock,
        store::{Options, Store},
    };

    /// A core whose database is away: every query is an error.
    fn without_database() -> Core {
        let mut settings = Settings::default();
        settings.passwords.memory_kib = 8;
        let store = Store::open(&Options::new("postgres://nobody@127.0.0.1:1/none")).unwrap();
        let ring = SealingRing::parse(SealingRing::generate().reveal()).unwrap();
        Core::new(settings, store, ring, Clock::System).unwrap()
    }

    #[test]
    fn noise_costs_no_query() {
        let core = without_database();
        let key = api_key::mint("sk", Environment::Live).key;
        assert!(holder(&core, key.reveal()).is_err(), "a key is looked up");
        let other = api_key::mint("sk", Environment::Live).key;
        let (head, _) = key.reveal().split_at(key.reveal().len() - 6);
        let (_, sum) = other.reveal().split_at(other.reveal().len() - 6);
        for noise in ["", "x", "a.b.c", "sk_live_", &format!("{head}{sum}"), &format!("{} ", key.reveal())] {
            assert!(matches!(holder(&core, noise), Ok(None)), "{noise:?}");
        }
    }
}

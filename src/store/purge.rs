//! The purge: what has expired goes, in batches small enough not to hold anybody up.

use diesel::{dsl::min, prelude::*};

use super::{
    connection::Db,
    error::StoreError,
    schema::{
        api_keys, client_secrets, client_usage, grants, mail_outbox, one_time_tokens, rate_counters, revoked_tokens,
        sessions,
    },
};
use crate::domain::time::{Seconds, Timestamp};

/// How many rows went from each table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    pub sessions: usize,
    pub grants: usize,
    pub revoked_tokens: usize,
    pub client_secrets: usize,
    pub one_time_tokens: usize,
    pub api_keys: usize,
    pub letters: usize,
    pub rate_counters: usize,
    pub client_usage: usize,
    /// By retention, which knows the chain.
    pub audit_events: usize,
}

impl Purged {
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            sessions: self.sessions.saturating_add(other.sessions),
            grants: self.grants.saturating_add(other.grants),
            revoked_tokens: self.revoked_tokens.saturating_add(other.revoked_tokens),
            client_secrets: self.client_secrets.saturating_add(other.client_secrets),
            one_time_tokens: self.one_time_tokens.saturating_add(other.one_time_tokens),
            api_keys: self.api_keys.saturating_add(other.api_keys),
            letters: self.letters.saturating_add(other.letters),
            rate_counters: self.rate_counters.saturating_add(other.rate_counters),
            client_usage: self.client_usage.saturating_add(other.client_usage),
            audit_events: self.audit_events.saturating_add(other.audit_events),
        }
    }

    pub const fn total(self) -> usize {
        self.sessions
            .saturating_add(self.grants)
            .saturating_add(self.revoked_tokens)
            .saturating_add(self.client_secrets)
            .saturating_add(self.one_time_tokens)
            .saturating_add(self.api_keys)
            .saturating_add(self.letters)
            .saturating_add(self.rate_counters)
            .saturating_add(self.client_usage)
            .saturating_add(self.audit_events)
    }
}

/// An expired API key is kept for so long: whoever asks why a program stopped finds the row.
const KEYS_KEPT: Seconds = Seconds::days(30);

/// The days of a client's usage that are kept.
pub const USAGE_KEPT_DAYS: i64 = 90;

/// Deletes at most `batch` rows of each table that ended before `now`; call it again until it finds none.
pub fn expired(db: &mut Db, now: Timestamp, batch: i64) -> Result<Purged, StoreError> {
    let access = expired_access(db, now.unix(), batch)?;
    let mut purged = access.plus(expired_account_state(db, now, batch)?);
    purged.client_usage = old_usage(db, now.day().saturating_sub(USAGE_KEPT_DAYS), batch)?;
    Ok(purged)
}

/// Day by day: within one day the client is the key.
fn old_usage(db: &mut Db, first_kept: i64, batch: i64) -> Result<usize, StoreError> {
    let oldest = client_usage::table.filter(client_usage::day.lt(first_kept)).select(min(client_usage::day));
    let Some(day) = oldest.first::<Option<i64>>(db)? else {
        return Ok(0);
    };
    let row = diesel::alias!(client_usage as row);
    let old = row.filter(row.field(client_usage::day).eq(day)).limit(batch).select(row.field(client_usage::client_id));
    let of_that_day = client_usage::table.filter(client_usage::day.eq(day)).filter(client_usage::client_id.eq_any(old));
    Ok(diesel::delete(of_that_day).execute(db)?)
}

/// What [`expired`] would delete now, were its batch large enough.
pub fn due(db: &mut Db, now: Timestamp) -> Result<Purged, StoreError> {
    let at = now.unix();
    let secrets = client_secrets::table.filter(client_secrets::expires_at.lt(at).assume_not_null());
    let keys = api_keys::table.filter(api_keys::expires_at.lt(now.minus(KEYS_KEPT).unix()).assume_not_null());
    Ok(Purged {
        sessions: rows(sessions::table.filter(sessions::expires_at.lt(at)).count().get_result(db)?),
        grants: rows(grants::table.filter(grants::expires_at.lt(at)).count().get_result(db)?),
        revoked_tokens: rows(revoked_tokens::table.filter(revoked_tokens::expires_at.lt(at)).count().get_result(db)?),
        client_secrets: rows(secrets.count().get_result(db)?),
        one_time_tokens: rows(
            one_time_tokens::table.filter(one_time_tokens::expires_at.lt(at)).count().get_result(db)?,
        ),
        api_keys: rows(keys.count().get_result(db)?),
        letters: rows(mail_outbox::table.filter(mail_outbox::expires_at.lt(at)).count().get_result(db)?),
        rate_counters: rows(rate_counters::table.filter(rate_counters::expires_at.lt(at)).count().get_result(db)?),
        client_usage: 0,
        audit_events: 0,
    })
}

fn rows(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}

fn expired_access(db: &mut Db, now: i64, batch: i64) -> Result<Purged, StoreError> {
    let (session, grant) = diesel::alias!(sessions as session, grants as grant);
    let (token, secret) = diesel::alias!(revoked_tokens as token, client_secrets as secret);
    let ended_sessions =
        session.filter(session.field(sessions::expires_at).lt(now)).limit(batch).select(session.field(sessions::id));
    let ended_grants =
        grant.filter(grant.field(grants::expires_at).lt(now)).limit(batch).select(grant.field(grants::id));
    let ended_tokens = token
        .filter(token.field(revoked_tokens::expires_at).lt(now))
        .limit(batch)
        .select(token.field(revoked_tokens::jti));
    let ended_secrets = secret
        .filter(secret.field(client_secrets::expires_at).lt(now).assume_not_null())
        .limit(batch)
        .select(secret.field(client_secrets::id));
    Ok(Purged {
        sessions: diesel::delete(sessions::table.filter(sessions::id.eq_any(ended_sessions))).execute(db)?,
        grants: diesel::delete(grants::table.filter(grants::id.eq_any(ended_grants))).execute(db)?,
        revoked_tokens: diesel::delete(revoked_tokens::table.filter(revoked_tokens::jti.eq_any(ended_tokens)))
            .execute(db)?,
        client_secrets: diesel::delete(client_secrets::table.filter(client_secrets::id.eq_any(ended_secrets)))
            .execute(db)?,
        ..Purged::default()
    })
}

fn expired_account_state(db: &mut Db, now: Timestamp, batch: i64) -> Result<Purged, StoreError> {
    let (token, key) = diesel::alias!(one_time_tokens as token, api_keys as key);
    let (letter, counter) = diesel::alias!(mail_outbox as letter, rate_counters as counter);
    let ended_tokens = token
        .filter(token.field(one_time_tokens::expires_at).lt(now.unix()))
        .limit(batch)
        .select(token.field(one_time_tokens::digest));
    let ended_keys = key
        .filter(key.field(api_keys::expires_at).lt(now.minus(KEYS_KEPT).unix()).assume_not_null())
        .limit(batch)
        .select(key.field(api_keys::id));
    let dead_letters = letter
        .filter(letter.field(mail_outbox::expires_at).lt(now.unix()))
        .limit(batch)
        .select(letter.field(mail_outbox::id));
    let forgotten = counter
        .filter(counter.field(rate_counters::expires_at).lt(now.unix()))
        .limit(batch)
        .select(counter.field(rate_counters::bucket));
    Ok(Purged {
        one_time_tokens: diesel::delete(one_time_tokens::table.filter(one_time_tokens::digest.eq_any(ended_tokens)))
            .execute(db)?,
        api_keys: diesel::delete(api_keys::table.filter(api_keys::id.eq_any(ended_keys))).execute(db)?,
        letters: diesel::delete(mail_outbox::table.filter(mail_outbox::id.eq_any(dead_letters))).execute(db)?,
        rate_counters: diesel::delete(rate_counters::table.filter(rate_counters::bucket.eq_any(forgotten)))
            .execute(db)?,
        ..Purged::default()
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            api_keys as key_rows, clients, grants as grant_rows, mail_outbox as letter_rows,
            one_time_tokens as one_time_rows, rate_counters as counter_rows, revoked_tokens as token_rows,
            sessions as session_rows,
            testing::{NOW, after, api_key, cast, grant, letter, on_each, one_time, session},
        },
        *,
    };
    use crate::domain::{
        api_key::ApiKey, client::ClientSecret, grant::Grant, ids::ClientSecretId, letter::Outgoing, limit::Counter,
        one_time::OneTimeToken, secret::SecretDigest, session::Session,
    };

    #[test]
    fn only_what_has_ended_goes_in_batches() {
        on_each(|store| {
            let (user, first, client) = cast(store);
            store
                .write(|db| {
                    for n in 2..=5 {
                        let ends = if n == 5 { after(500) } else { after(100) };
                        session_rows::insert(db, &Session { expires_at: ends, ..session(n, &user) })?;
                        grant_rows::insert(db, &Grant { expires_at: ends, ..grant(n, &client, &first) })?;
                        token_rows::insert(db, &format!("jti {n}"), ends)?;
                        clients::insert_secret(
                            db,
                            &ClientSecret {
                                id: ClientSecretId::new(NOW, [n; 10]),
                                client_id: client.id.clone(),
                                digest: SecretDigest([n; 32]),
                                created_at: NOW,
                                expires_at: (n != 4).then_some(ends),
                            },
                        )?;
                    }
                    Ok(())
                })
                .unwrap();
            let purge = |at| store.write(|db| expired(db, at, 2)).unwrap();
            assert_eq!(purge(after(100)).total(), 0, "what ends now has not ended before now");
            let two = Purged { sessions: 2, grants: 2, revoked_tokens: 2, client_secrets: 2, ..Purged::default() };
            let rest = Purged { sessions: 1, grants: 1, revoked_tokens: 1, ..Purged::default() };
            let due = || store.read(|db| due(db, after(101))).unwrap();
            assert_eq!(due(), two.plus(rest));
            assert_eq!([purge(after(101)), purge(after(101)), purge(after(101))], [two, rest, Purged::default()]);
            assert_eq!(due(), Purged::default());
            assert_eq!(store.read(|db| clients::list_secrets(db, &client.id)).unwrap().len(), 2);
        });
    }

    /// An API key stays for 30 days more, one without an end for ever.
    #[test]
    fn the_state_of_accounts_goes_when_it_has_ended() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            store
                .write(|db| {
                    for n in 2..=5 {
                        let ends = if n == 5 { after(500) } else { after(100) };
                        one_time_rows::insert(db, &OneTimeToken { expires_at: ends, ..one_time(n, &alice) })?;
                        letter_rows::insert(db, &Outgoing { expires_at: ends, ..letter(n) })?;
                        let counter = Counter { count: 1, locked_until: NOW, expires_at: ends };
                        counter_rows::put(db, &format!("bucket {n}"), &counter, None)?;
                        let expires_at = (n != 4).then_some(ends);
                        key_rows::insert(db, &ApiKey { expires_at, ..api_key(n, &alice) })?;
                    }
                    Ok(())
                })
                .unwrap();
            let purge = |at| store.write(|db| expired(db, at, 2)).unwrap();
            assert_eq!(purge(after(100)).total(), 0);
            let two = Purged { one_time_tokens: 2, letters: 2, rate_counters: 2, ..Purged::default() };
            let rest = Purged { one_time_tokens: 1, letters: 1, rate_counters: 1, ..Purged::default() };
            let due = |at| store.read(|db| due(db, at)).unwrap();
            assert_eq!(due(after(101)), two.plus(rest));
            assert_eq!([purge(after(101)), purge(after(101)), purge(after(101))], [two, rest, Purged::default()]);
            assert_eq!(due(after(101).plus(KEYS_KEPT)).api_keys, 2);
            assert_eq!(purge(after(100).plus(KEYS_KEPT)).api_keys, 0);
            assert_eq!(purge(after(101).plus(KEYS_KEPT)).api_keys, 2);
            assert_eq!(store.read(|db| key_rows::list_by_user(db, &alice.id, NOW)).unwrap().len(), 2);
        });
    }
}

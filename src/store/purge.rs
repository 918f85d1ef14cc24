//! The purge: what has expired goes, in batches small enough not to hold anybody up.

use diesel::prelude::*;

use super::{
    connection::Db,
    error::StoreError,
    schema::{client_secrets, grants, revoked_tokens, sessions},
};
use crate::domain::time::Timestamp;

/// How many rows went from each table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    pub sessions: usize,
    pub grants: usize,
    pub revoked_tokens: usize,
    pub client_secrets: usize,
}

impl Purged {
    pub const fn total(self) -> usize {
        self.sessions
            .saturating_add(self.grants)
            .saturating_add(self.revoked_tokens)
            .saturating_add(self.client_secrets)
    }
}

/// Deletes at most `batch` rows of each table that ended before `now`; call it again until it finds none.
pub fn expired(db: &mut Db, now: Timestamp, batch: i64) -> Result<Purged, StoreError> {
    let now = now.unix();
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
    })
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            clients, grants as grant_rows, revoked_tokens as token_rows, sessions as session_rows,
            testing::{NOW, after, cast, grant, on_each, session},
        },
        *,
    };
    use crate::domain::{
        client::ClientSecret, grant::Grant, ids::ClientSecretId, secret::SecretDigest, session::Session,
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
            let two = Purged { sessions: 2, grants: 2, revoked_tokens: 2, client_secrets: 2 };
            let rest = Purged { sessions: 1, grants: 1, revoked_tokens: 1, client_secrets: 0 };
            assert_eq!([purge(after(101)), purge(after(101)), purge(after(101))], [two, rest, Purged::default()]);
            assert_eq!(store.read(|db| clients::list_secrets(db, &client.id)).unwrap().len(), 2);
        });
    }
}

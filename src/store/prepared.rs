//! An UPDATE that stays prepared: diesel parses and plans its own anew at each call.

use diesel::{
    QueryResult, RunQueryDsl,
    backend::Backend,
    connection::Connection,
    expression::{AppearsOnTable, Expression},
    query_builder::{AsChangeset, AstPass, QueryFragment, QueryId},
    sql_types::Bool,
};

/// Diesel refuses to keep an UPDATE because what it sets may vary. Ours sets the same columns each time,
/// and the cache is keyed by the text: one that did vary would be slow, never wrong.
pub(super) struct Update<T, C, P> {
    table: T,
    changes: C,
    predicate: P,
}

pub(super) fn update<T, C, P>(table: T, predicate: P, changes: C) -> Update<T, C::Changeset, P>
where
    C: AsChangeset<Target = T>,
    P: AppearsOnTable<T> + Expression<SqlType = Bool>,
{
    Update { table, changes: changes.as_changeset(), predicate }
}

impl<T, C, P> QueryId for Update<T, C, P> {
    type QueryId = ();

    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<T, C, P, B> QueryFragment<B> for Update<T, C, P>
where
    T: QueryFragment<B>,
    C: QueryFragment<B>,
    P: QueryFragment<B>,
    B: Backend,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, B>) -> QueryResult<()> {
        out.push_sql("UPDATE ");
        self.table.walk_ast(out.reborrow())?;
        out.push_sql(" SET ");
        self.changes.walk_ast(out.reborrow())?;
        out.push_sql(" WHERE ");
        self.predicate.walk_ast(out.reborrow())
    }
}

impl<T, C, P, D: Connection> RunQueryDsl<D> for Update<T, C, P> {}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::InstrumentationEvent;

    use super::{
        super::{
            api_keys, clients, grants, identities, rate_counters, revoked_tokens, sessions,
            standing::{find_standing, find_subject},
            testing::{NOW, after, api_key, cast, grant, on_each},
        },
        *,
    };
    use crate::domain::{limit::Counter, time::Seconds};

    /// Diesel tells when it keeps a statement; one that it does not keep is parsed at every call.
    #[test]
    fn every_statement_of_the_hot_paths_stays_prepared() {
        on_each(|store| {
            let (alice, session, app) = cast(store);
            let (held, key) = (grant(1, &app, &session), api_key(1, &alice));
            let counter = Counter { count: 1, locked_until: NOW, expires_at: NOW };
            let kept = Arc::new(Mutex::new(Vec::new()));
            store
                .write(|db| {
                    let seen = Arc::clone(&kept);
                    db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                        if let InstrumentationEvent::CacheQuery { sql, .. } = event {
                            seen.lock().unwrap().push(sql.split_whitespace().take(3).collect::<Vec<_>>().join(" "));
                        }
                    });
                    for _ in 0..2 {
                        grants::insert(db, &held)?;
                        grants::rotate(db, &held.id, 0, NOW, after(9))?;
                        grants::revoke_beyond(db, &held, 9, NOW, Seconds(1))?;
                        sessions::touch(db, &session.id, NOW, after(9))?;
                        sessions::find_by_secret(db, &session.secret, NOW)?;
                        find_standing(db, &held.id, NOW)?;
                        find_subject(db, &session.id, &alice.id, &app.id, NOW)?;
                        revoked_tokens::contains(db, "one")?;
                        clients::find(db, &app.id)?;
                        api_keys::find_by_digest(db, &key.digest)?;
                        api_keys::touch(db, &key.id, NOW, NOW)?;
                        identities::find(db, "google", "subject")?;
                        rate_counters::find(db, "login")?;
                        rate_counters::put(db, "login", &counter, Some(&counter))?;
                    }
                    db.set_instrumentation(|_: InstrumentationEvent<'_>| {});
                    Ok(())
                })
                .unwrap();
            assert_eq!(kept.lock().unwrap().len(), 14, "{:#?}", kept.lock().unwrap());
        });
    }
}

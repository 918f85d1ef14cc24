//! No list, search or count of the administration reads a whole table: asked of each database's planner.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};

use diesel::{
    QueryableByName, RunQueryDsl,
    connection::{Connection, InstrumentationEvent, SimpleConnection},
    sql_query,
    sql_types::{BigInt, Text},
};

use super::{
    Db, PageRequest, Store, StoreError, audit_events, client_usage, clients,
    connection::per_backend,
    consents, grants, groups, mail_outbox, organisations, purge, sessions,
    testing::{NOW, cast, client, client_id, grant, on_each, session, user},
    users,
};
use crate::domain::{
    audit::{Action, Outcome},
    grant::GrantId,
    ids::{GroupId, OrganisationId, SessionId, UserId},
    secret::SecretDigest,
};

#[derive(QueryableByName)]
struct SqliteStep {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PostgresStep {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Enough rows that a planner would rather not read them all.
fn crowd(store: &Store) {
    store
        .write(|db| {
            for n in 1000..2500_u16 {
                let [high, low] = n.to_be_bytes();
                let mut someone = user(1);
                someone.id = UserId::new(NOW, [high, low, 9, 9, 9, 9, 9, 9, 9, 9]);
                someone.username = format!("crowd{n}");
                someone.email = Some(format!("crowd{n}@example.com"));
                users::insert(db, &someone, None)?;
                let theirs = client(&format!("crowd{n}"));
                clients::insert(db, &theirs)?;
                let mut signed_in = session(1, &someone);
                signed_in.id = SessionId::new(NOW, [high, low, 9, 9, 9, 9, 9, 9, 9, 9]);
                signed_in.secret = SecretDigest([[high, low]; 16].concat().try_into().unwrap());
                sessions::insert(db, &signed_in)?;
                let mut held = grant(1, &theirs, &signed_in);
                held.id = GrantId([[high, low]; 8].concat().try_into().unwrap());
                grants::insert(db, &held)?;
            }
            Ok(db.batch_execute("ANALYZE")?)
        })
        .unwrap();
}

/// The text of each query that runs meanwhile.
fn overheard(store: &Store, queries: impl FnOnce(&mut Db) -> Result<(), StoreError>) -> Vec<String> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    store
        .write(|db| {
            let seen = Arc::clone(&heard);
            db.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    let text = query.to_string();
                    let (sql, _) = text.split_once(" -- binds").unwrap_or((&text, ""));
                    seen.lock().unwrap().push(sql.to_owned());
                }
            });
            queries(db)?;
            db.set_instrumentation(|_: InstrumentationEvent<'_>| {});
            Ok(())
        })
        .unwrap();
    let heard = heard.lock().unwrap().clone();
    // A list of no ids is asked for none: whatever the plan says, no row is read.
    heard.into_iter().filter(|sql| sql.starts_with("SELECT") && !sql.contains("WHERE (1=0)")).collect()
}

/// How the database would run it, whatever the values are.
fn plan(store: &Store, sql: &str) -> String {
    let lines = store.write(|db| match db {
        Db::Sqlite(connection) => {
            let steps: Vec<SqliteStep> = sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(connection)?;
            Ok(steps.into_iter().map(|step| step.detail).collect::<Vec<_>>())
        }
        Db::Postgres(connection) => {
            connection.batch_execute(&format!(
                "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; PREPARE asked AS {sql}"
            ))?;
            let counted: Count = sql_query(
                "SELECT cardinality(parameter_types)::bigint AS n FROM pg_prepared_statements WHERE name = 'asked'",
            )
            .get_result(connection)?;
            let nothing = vec!["NULL"; usize::try_from(counted.n).unwrap()].join(", ");
            let arguments = if nothing.is_empty() { nothing } else { format!("({nothing})") };
            let steps: Vec<PostgresStep> = sql_query(format!("EXPLAIN EXECUTE asked{arguments}")).load(connection)?;
            connection.batch_execute("DEALLOCATE asked")?;
            Ok(steps.into_iter().map(|step| step.line).collect())
        }
    });
    lines.unwrap().join("\n")
}

/// The queries that read a table from one end to the other, or sort what they read.
fn wasteful(store: &Store, queries: impl FnOnce(&mut Db) -> Result<(), StoreError>) -> String {
    let mut found = String::new();
    let heard = overheard(store, queries);
    assert!(!heard.is_empty());
    for sql in heard {
        let plan = plan(store, &sql);
        let bad = |line: &str| {
            let line = line.trim_start_matches([' ', '-', '>']);
            line.starts_with("SCAN") || line.starts_with("Seq Scan") || line.starts_with("USE TEMP B-TREE FOR ORDER")
        };
        if plan.lines().any(bad) {
            write!(found, "{sql}\n{plan}\n\n").unwrap();
        }
    }
    found
}

fn page(after: Option<&str>, search: Option<&str>) -> PageRequest {
    PageRequest { after: after.map(str::to_owned), limit: 50, search: search.map(str::to_owned) }
}

#[test]
fn no_list_and_no_search_reads_a_whole_table() {
    on_each(|store| {
        cast(store);
        crowd(store);
        let deep = user(1).id.to_string();
        let queries = |db: &mut Db| {
            for search in [None, Some("crowd"), Some("user"), Some("usr_01"), Some("nobody at all")] {
                for after in [None, Some(deep.as_str())] {
                    let page = page(after, search);
                    users::list(db, users::Filter::default(), &page)?;
                    clients::list(db, None, &page)?;
                    organisations::list(db, &page)?;
                    groups::list(db, &page)?;
                    organisations::list_members(db, &OrganisationId::new(NOW, [1; 10]), &page)?;
                    groups::list_members(db, &GroupId::new(NOW, [1; 10]), &page)?;
                }
            }
            Ok(())
        };
        assert_eq!(wasteful(store, queries), "");
    });
}

#[test]
fn what_is_counted_is_found_through_an_index() {
    on_each(|store| {
        let (alice, ..) = cast(store);
        crowd(store);
        let queries = |db: &mut Db| {
            users::count_active_admins(db)?;
            sessions::count_live(db, NOW)?;
            grants::count_unexpired(db, NOW)?;
            sessions::count_begun_since(db, NOW)?;
            sessions::list_by_user(db, &alice.id, NOW)?;
            consents::list_named_by_user(db, &alice.id).map(drop)?;
            grants::count_by_user(db, &alice.id, NOW)?;
            grants::reach_of_client(db, &client_id("app"), NOW).map(drop)?;
            audit_events::count_since(db, Action::Login, Outcome::Refused, NOW)?;
            client_usage::total_of(db, NOW.day())?;
            mail_outbox::pending(db, NOW)?;
            purge::due(db, NOW).map(drop)
        };
        let found = wasteful(store, queries);
        // A user's sessions and consents are few: their order is made, not read.
        let but: Vec<_> = found.split("\n\n").filter(|it| it.contains("SCAN") || it.contains("Seq Scan")).collect();
        assert_eq!(but, [""; 0], "{found}");
    });
}

/// The check itself: a query without an index is told from one with.
#[test]
fn a_whole_table_is_recognised() {
    on_each(|store| {
        cast(store);
        let queries = |db: &mut Db| {
            let read = "SELECT count(*) AS n FROM users WHERE picture = 'x'";
            per_backend!(db, connection => sql_query(read).get_result::<Count>(connection))?;
            Ok(())
        };
        assert!(wasteful(store, queries).contains("users"));
    });
}

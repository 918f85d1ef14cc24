//! The migrations of both databases, embedded; one node at a time runs them.

use std::collections::HashSet;

use diesel::{
    backend::Backend,
    connection::SimpleConnection,
    dsl::sql,
    migration::{Migration, MigrationSource},
    pg::Pg,
    prelude::*,
    sql_types::Bool,
    sqlite::Sqlite,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{connection::Db, error::StoreError, pool::Store, search};

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// Runs what is pending and names it.
pub fn run(store: &Store) -> Result<Vec<String>, StoreError> {
    if store.is_sqlite() {
        return store.write(migrate);
    }
    let mut db = store.connect_apart()?;
    // The lock ends with this connection; the other nodes wait for it as long as the work takes.
    db.batch_execute(
        "SET statement_timeout = 0; SET lock_timeout = 0; \
         SELECT pg_advisory_lock(6002381467925300564); SET lock_timeout = '10s'",
    )?;
    // All or nothing, as on SQLite; what fails ends with the connection.
    db.begin()?;
    let done = migrate(&mut db)?;
    db.commit()?;
    Ok(done)
}

fn migrate(db: &mut Db) -> Result<Vec<String>, StoreError> {
    let done = match db {
        Db::Postgres(connection) => apply(connection, POSTGRES),
        Db::Sqlite(connection) => apply(connection, SQLITE),
    }?;
    if done.iter().any(|name| name == "0013_search") {
        search::fill(db)?;
    }
    Ok(done)
}

/// The names of those that have not run; writes nothing.
pub fn pending(store: &Store) -> Result<Vec<String>, StoreError> {
    store.read(|db| {
        let done = applied(db)?;
        match db {
            Db::Postgres(_) => names::<Pg>(&POSTGRES, &done),
            Db::Sqlite(_) => names::<Sqlite>(&SQLITE, &done),
        }
    })
}

/// Asks the catalogue first: diesel's own list would create its table, which a node may lack the right to do.
fn applied(db: &mut Db) -> Result<HashSet<String>, StoreError> {
    let has_begun = match db {
        Db::Postgres(_) => "to_regclass('__diesel_schema_migrations') IS NOT NULL",
        Db::Sqlite(_) => "EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations')",
    };
    if !diesel::select(sql::<Bool>(has_begun)).get_result(db)? {
        return Ok(HashSet::new());
    }
    let versions: Vec<String> =
        __diesel_schema_migrations::table.select(__diesel_schema_migrations::version).load(db)?;
    Ok(versions.into_iter().collect())
}

fn apply<C, B>(connection: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>, StoreError>
where
    B: Backend,
    C: MigrationHarness<B>,
{
    let pending = connection.pending_migrations(source).map_err(explain)?;
    for migration in &pending {
        connection.run_migration(migration).map_err(explain)?;
    }
    Ok(pending.iter().map(|migration| migration.name().to_string()).collect())
}

fn names<B: Backend>(source: &EmbeddedMigrations, done: &HashSet<String>) -> Result<Vec<String>, StoreError> {
    let mut all: Vec<Box<dyn Migration<B>>> = source.migrations().map_err(explain)?;
    all.retain(|migration| !done.contains(&migration.name().version().to_string()));
    let mut names: Vec<_> = all.iter().map(|migration| migration.name().to_string()).collect();
    names.sort();
    Ok(names)
}

/// A migration that met a lock is no fault.
fn explain(error: Box<dyn std::error::Error + Send + Sync>) -> StoreError {
    match error.downcast::<diesel::result::Error>() {
        Ok(error) => StoreError::from(*error),
        Err(other) => StoreError::Fault(other),
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::{
        super::{
            page::PageRequest,
            sessions,
            testing::{Place, session, user},
            users,
        },
        *,
    };
    use crate::domain::{
        session::{Door, Methods},
        time::Timestamp,
    };

    fn places() -> impl Iterator<Item = Place> {
        [Some(Place::sqlite()), Place::postgres()].into_iter().flatten()
    }

    #[test]
    fn both_databases_have_migrations_of_the_same_names() {
        let none = HashSet::new();
        assert_eq!(names::<Pg>(&POSTGRES, &none).unwrap(), names::<Sqlite>(&SQLITE, &none).unwrap());
    }

    #[test]
    fn what_is_pending_runs_once() {
        for place in places() {
            let store = Store::open(&place.options()).unwrap();
            let all = pending(&store).unwrap();
            assert_eq!(all.first().map(String::as_str), Some("0001_accounts"));
            assert_eq!(run(&store).unwrap(), all);
            assert_eq!(pending(&store).unwrap(), Vec::<String>::new());
            assert_eq!(run(&store).unwrap(), Vec::<String>::new());
        }
    }

    /// An upgrade signs nobody out: what the new columns say of an old row is what was so.
    #[test]
    fn an_account_and_its_session_survive_the_upgrade() {
        let (alice, session) = (user(1), session(1, &user(1)));
        let rows = |db: &Db| {
            let bytes = if matches!(db, Db::Sqlite(_)) { "BLOB" } else { "BYTEA" };
            format!(
                "INSERT INTO users
                     (id, username, email, name, email_verified, phone_number_verified, status, role, created_at, updated_at)
                     VALUES ('{0}', 'alice', 'al@corp.example', 'Álice Árnadóttir', TRUE, FALSE, 'active', 'member', 1, 1);
                 INSERT INTO sessions (id, user_id, secret, auth_time, methods, created_at, expires_at)
                     VALUES ('{1}', '{0}', CAST('thirty-two bytes of any content.' AS {bytes}), 1234, 'pwd', 1, 9000);",
                alice.id, session.id,
            )
        };
        for place in places() {
            let store = Store::open(&place.options()).unwrap();
            store
                .write(|db| {
                    for _ in 0..5 {
                        match db {
                            Db::Postgres(connection) => drop(connection.run_next_migration(POSTGRES).unwrap()),
                            Db::Sqlite(connection) => drop(connection.run_next_migration(SQLITE).unwrap()),
                        }
                    }
                    Ok(db.batch_execute(&rows(db))?)
                })
                .unwrap();
            run(&store).unwrap();
            let found = store.read(|db| sessions::find_by_id(db, &session.id)).unwrap().unwrap();
            assert_eq!((found.door, found.device, found.address), (Door::Browser, None, None));
            assert_eq!((found.last_seen_at, found.methods), (Timestamp::from_unix(1234), Methods::PASSWORD));
            let found = store.read(|db| users::find_by_id(db, &alice.id)).unwrap().unwrap();
            assert_eq!((found.version, found.privileges.len(), found.attributes.len()), (1, 0, 0));
            for text in ["ÁRNA", "corp.ex"] {
                let sought = PageRequest { after: None, limit: 9, search: Some(text.to_owned()) };
                assert_eq!(
                    store.read(|db| users::list(db, users::Filter::default(), &sought)).unwrap().items,
                    std::slice::from_ref(&found),
                    "{text}"
                );
            }
        }
    }

    /// Nodes that start together: one migrates, the others wait and find nothing to do.
    #[test]
    fn one_node_at_a_time_migrates() {
        for place in places() {
            let nodes: Vec<_> = (0..4).map(|_| Store::open(&place.options()).unwrap()).collect();
            let ran: Vec<_> = thread::scope(|scope| {
                let running: Vec<_> = nodes.iter().map(|store| scope.spawn(|| run(store).unwrap())).collect();
                running.into_iter().map(|node| node.join().unwrap()).collect()
            });
            assert_eq!(ran.iter().filter(|names| !names.is_empty()).count(), 1, "{ran:?}");
        }
    }
}

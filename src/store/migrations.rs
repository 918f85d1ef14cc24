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

use super::{connection::Db, error::StoreError, pool::Store};

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

diesel::table! {
    __diesel_schema_migrations (version) {
        version -> Text,
    }
}

/// Runs what is pending and names it.
pub fn run(store: &Store) -> Result<Vec<String>, StoreError> {
    match store.connect_apart()? {
        Db::Postgres(mut connection) => {
            // The lock ends with this connection. Other nodes wait for it as long as the work takes.
            connection.batch_execute(
                "SET statement_timeout = 0; SET lock_timeout = 0; \
                 SELECT pg_advisory_lock(6002381467925300564); SET lock_timeout = '10s'",
            )?;
            apply(&mut connection, POSTGRES)
        }
        Db::Sqlite(_) => store.write(|db| match db {
            Db::Sqlite(connection) => apply(connection, SQLITE),
            Db::Postgres(connection) => apply(connection, POSTGRES),
        }),
    }
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

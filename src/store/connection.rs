//! One connection to either database, opened by the scheme of its URL.

use std::{
    fs::{DirBuilder, OpenOptions},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::Duration,
};

use diesel::{
    Connection, PgConnection, SqliteConnection,
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    r2d2::R2D2Connection,
};

use super::error::StoreError;

/// A connection to either database; one set of queries runs on both.
#[derive(diesel::MultiConnection)]
pub enum Db {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// Writes one query for both connections where [`Db`] itself cannot carry it: ON CONFLICT and catalogues;
/// and on the hot paths, where going through [`Db`] builds the statement's text anew at each call.
macro_rules! per_backend {
    ($db:expr, $connection:ident => $query:expr) => {
        match $db {
            $crate::store::connection::Db::Postgres($connection) => $query,
            $crate::store::connection::Db::Sqlite($connection) => $query,
        }
    };
}
pub(super) use per_backend;

/// How to reach the database, and how long to wait for it.
#[derive(Clone)]
pub struct Options {
    /// `sqlite://path` or `postgres://…`; it may hold a password, so it is never printed.
    pub url: String,
    /// Connections for reading; on PostgreSQL all of them.
    pub readers: u32,
    pub synchronous: Synchronous,
    /// How long a request waits for a connection.
    pub wait: Duration,
    /// How long PostgreSQL works on one statement.
    pub statement_timeout: Duration,
}

/// What a power cut may cost SQLite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// The last moments; a crash of the process alone costs nothing.
    Normal,
    /// Nothing: every commit waits for the disk.
    Full,
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

/// Where the database is.
#[derive(Clone)]
pub(super) enum Target {
    Postgres(String),
    Sqlite(PathBuf),
}

impl Options {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            readers: 4,
            synchronous: Synchronous::Normal,
            wait: Duration::from_secs(1),
            statement_timeout: Duration::from_secs(5),
        }
    }
}

impl Target {
    /// Only a scheme we know is opened: diesel would take any other text for the name of a new SQLite file.
    pub(super) fn parse(url: &str) -> Result<Self, StoreError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(with_limits(url)));
        }
        match url.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() && !path.starts_with(':') => std::path::absolute(path)
                .map(Self::Sqlite)
                .map_err(|error| StoreError::Unavailable(format!("{path}: {error}"))),
            _ => Err(StoreError::fault("the database's URL must begin with sqlite:// and a path, or with postgres://")),
        }
    }

    pub(super) fn connect(&self, options: &Options, purpose: Purpose) -> Result<Db, StoreError> {
        match self {
            Self::Postgres(url) => connect_postgres(url, options).map(Db::Postgres),
            Self::Sqlite(path) => connect_sqlite(path, options.synchronous, purpose).map(Db::Sqlite),
        }
    }
}

/// The client's own time limits: the server's do not help when the network between swallows packets.
/// They stand first, so that what the operator wrote in the URL overrides them.
fn with_limits(url: &str) -> String {
    const LIMITS: &str = "connect_timeout=3&tcp_user_timeout=5000&keepalives_idle=10&keepalives_interval=3\
                          &keepalives_count=3&fallback_application_name=signet";
    match url.split_once('?') {
        Some((base, chosen)) => format!("{base}?{LIMITS}&{chosen}"),
        None => format!("{url}?{LIMITS}"),
    }
}

fn connect_postgres(url: &str, options: &Options) -> Result<PgConnection, StoreError> {
    let mut connection =
        PgConnection::establish(url).map_err(|error| StoreError::Unavailable(error.to_string().trim().to_owned()))?;
    let statement = options.statement_timeout.as_millis();
    connection.batch_execute(&format!(
        "SET statement_timeout = {statement}; SET lock_timeout = {statement}; \
         SET idle_in_transaction_session_timeout = {statement}; SET default_transaction_isolation = 'read committed'; \
         SET client_min_messages = warning",
    ))?;
    Ok(connection)
}

fn connect_sqlite(path: &Path, synchronous: Synchronous, purpose: Purpose) -> Result<SqliteConnection, StoreError> {
    let away = |reason: String| StoreError::Unavailable(format!("{}: {reason}", path.display()));
    create_private(path).map_err(|error| away(error.to_string()))?;
    let name = path.to_str().ok_or_else(|| away("the path is not UTF-8".to_owned()))?;
    let mut connection = SqliteConnection::establish(name).map_err(|error| away(error.to_string()))?;
    // Small caches: the working set lives in the kernel's page cache, and memory is a promise of ours.
    let cache_kib = match purpose {
        Purpose::Read => 512,
        Purpose::Write => 1000,
    };
    let synchronous = match synchronous {
        Synchronous::Normal => "NORMAL",
        Synchronous::Full => "FULL",
    };
    connection.batch_execute(&format!(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; \
         PRAGMA foreign_keys = ON; PRAGMA cache_size = -{cache_kib}; PRAGMA mmap_size = 0; \
         PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF;",
    ))?;
    if purpose == Purpose::Read {
        connection.batch_execute("PRAGMA query_only = ON")?;
    }
    Ok(connection)
}

/// Makes the file readable to nobody else before SQLite opens it; SQLite gives its journal the same mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

impl Db {
    /// Takes SQLite's write lock at once: a transaction that begins by reading fails when it must wait later.
    pub(super) fn begin(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Postgres(connection) => AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN")?,
            Self::Sqlite(connection) => AnsiTransactionManager::begin_transaction_sql(connection, "BEGIN IMMEDIATE")?,
        }
        Ok(())
    }

    pub(super) fn commit(&mut self) -> Result<(), StoreError> {
        match self {
            // After an error that the caller swallowed PostgreSQL answers COMMIT with a silent roll-back;
            // any other statement fails, and takes the COMMIT behind it with it.
            Self::Postgres(connection) => connection.batch_execute("SELECT 1; COMMIT")?,
            Self::Sqlite(connection) => AnsiTransactionManager::commit_transaction(connection)?,
        }
        Ok(())
    }

    pub(super) fn rollback(&mut self) -> Result<(), StoreError> {
        per_backend!(self, connection => AnsiTransactionManager::rollback_transaction(connection))?;
        Ok(())
    }

    /// Lost, or left inside a transaction.
    pub(super) fn is_unfit(&mut self) -> bool {
        self.is_broken()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_operator_wrote_overrides_our_limits() {
        let url = with_limits("postgres://h/db?connect_timeout=9");
        assert!(url.find("connect_timeout=3") < url.find("connect_timeout=9"), "{url}");
        assert!(with_limits("postgres://h/db").starts_with("postgres://h/db?connect_timeout=3&"));
    }

    #[test]
    fn a_url_of_another_kind_opens_nothing() {
        for url in ["host=localhost dbname=signet", "signet.db", "sqlite::memory:", "sqlite://:memory:", "mysql://h/d"]
        {
            assert!(Target::parse(url).is_err(), "{url}");
        }
        assert!(matches!(Target::parse("sqlite://data/signet.db"), Ok(Target::Sqlite(path)) if path.is_absolute()));
        assert!(matches!(Target::parse("postgresql://h/d"), Ok(Target::Postgres(_))));
    }
}

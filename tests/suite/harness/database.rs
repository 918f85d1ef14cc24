//! A database of the test's own, gone when it is dropped: SQLite, or PostgreSQL where `SIGNET_TEST_DATABASE` says so.

use std::{
    env,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use diesel::{Connection, PgConnection, connection::SimpleConnection};
use tempfile::TempDir;

/// The folder holds the sealing key in both cases.
pub(crate) enum Place {
    Sqlite { folder: TempDir },
    Postgres { folder: TempDir, server: String, name: String },
}

impl Place {
    pub(crate) fn fresh() -> Self {
        let folder = tempfile::tempdir().unwrap();
        match env::var("SIGNET_TEST_DATABASE").as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite { folder },
            Ok("postgres") => Self::postgres(folder),
            Ok(other) => panic!("SIGNET_TEST_DATABASE is sqlite or postgres, not {other}"),
        }
    }

    fn postgres(folder: TempDir) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let server =
            env::var("SIGNET_TEST_POSTGRES").expect("SIGNET_TEST_DATABASE=postgres needs SIGNET_TEST_POSTGRES");
        let server = server.trim_end_matches('/').to_owned();
        let name = format!("signet_suite_{}_{}", process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        administer(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        administer(&server, &format!("CREATE DATABASE {name}"));
        Self::Postgres { folder, server, name }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite { folder } => format!("sqlite://{}/data/signet.db", folder.path().display()),
            Self::Postgres { server, name, .. } => format!("{server}/{name}"),
        }
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.folder().join("keys")
    }

    /// Where letters are put.
    pub(crate) fn letters(&self) -> PathBuf {
        self.folder().join("outbox")
    }

    fn folder(&self) -> &Path {
        let (Self::Sqlite { folder } | Self::Postgres { folder, .. }) = self;
        folder.path()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Postgres { server, name, .. } = self {
            administer(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn administer(server: &str, order: &str) {
    let mut connection = PgConnection::establish(&format!("{server}/postgres")).unwrap();
    connection.batch_execute(order).unwrap();
}

//! The tables as somebody sees them who opens the database beside the server.

use std::collections::{BTreeMap, BTreeSet};

use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Text},
};

use crate::harness::Site;

/// How many rows each table has.
pub(crate) type Rows = BTreeMap<String, i64>;

/// A connection of the test's own.
pub(crate) enum Tables {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Tables {
    pub(crate) fn of(site: &Site) -> Self {
        Self::open(site.core.settings.database.url.as_str())
    }

    pub(crate) fn open(url: &str) -> Self {
        let mut tables = match url.strip_prefix("sqlite://") {
            Some(path) => Self::Sqlite(SqliteConnection::establish(path).unwrap()),
            None => Self::Postgres(PgConnection::establish(url).unwrap()),
        };
        if let Self::Sqlite(_) = tables {
            tables.execute("PRAGMA busy_timeout = 20000");
        }
        tables
    }

    pub(crate) fn execute(&mut self, sql: &str) {
        match self {
            Self::Sqlite(connection) => connection.batch_execute(sql),
            Self::Postgres(connection) => connection.batch_execute(sql),
        }
        .unwrap();
    }

    /// Holds up whoever writes grants, and nobody who reads them. On PostgreSQL only: SQLite's writers take turns anyway.
    pub(crate) fn hold_grants(&mut self) -> bool {
        let holds = matches!(self, Self::Postgres(_));
        if holds {
            self.execute("BEGIN; LOCK TABLE grants IN SHARE ROW EXCLUSIVE MODE");
        }
        holds
    }

    /// How many are held up.
    pub(crate) fn held_up(&mut self) -> i64 {
        let sql = "SELECT COUNT(*) AS number FROM pg_locks WHERE relation = CAST('grants' AS regclass) AND NOT granted";
        self.number(sql)
    }

    /// `sql` calls its only column `number`.
    pub(crate) fn number(&mut self, sql: &str) -> i64 {
        let found: Number = match self {
            Self::Sqlite(connection) => sql_query(sql).get_result(connection),
            Self::Postgres(connection) => sql_query(sql).get_result(connection),
        }
        .unwrap();
        found.number
    }

    pub(crate) fn count(&mut self, table: &str) -> i64 {
        self.number(&format!("SELECT COUNT(*) AS number FROM {table}"))
    }

    pub(crate) fn rows(&mut self) -> Rows {
        let names = self.names();
        names.into_iter().map(|name| (name.clone(), self.count(&name))).collect()
    }

    /// From now on every row that is written anywhere is counted, by triggers of the test's own.
    pub(crate) fn watch(&mut self) {
        let names = self.names();
        self.execute("CREATE TABLE watched_writes (act TEXT NOT NULL)");
        if let Self::Postgres(_) = self {
            self.execute(
                "CREATE FUNCTION watched() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
                 INSERT INTO watched_writes VALUES (TG_OP || ' ' || TG_TABLE_NAME); RETURN NULL; END $$",
            );
        }
        for name in names {
            for verb in ["INSERT", "UPDATE", "DELETE"] {
                let act = match self {
                    Self::Sqlite(_) => format!("BEGIN INSERT INTO watched_writes VALUES ('{verb} {name}'); END"),
                    Self::Postgres(_) => "FOR EACH ROW EXECUTE FUNCTION watched()".to_owned(),
                };
                self.execute(&format!("CREATE TRIGGER watch_{verb}_{name} AFTER {verb} ON {name} {act}"));
            }
        }
    }

    /// What was written since the last look: `INSERT grants` and so on, with how often.
    pub(crate) fn written(&mut self) -> BTreeMap<String, i64> {
        let sql = "SELECT DISTINCT act AS name FROM watched_writes";
        let acts: BTreeSet<String> = self.texts(sql).into_iter().collect();
        let count = |act: &String| format!("SELECT COUNT(*) AS number FROM watched_writes WHERE act = '{act}'");
        let counts = acts.iter().map(|act| (act.clone(), self.number(&count(act)))).collect();
        self.execute("DELETE FROM watched_writes");
        counts
    }

    fn names(&mut self) -> Vec<String> {
        let sql = match self {
            Self::Sqlite(_) => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            Self::Postgres(_) => {
                "SELECT CAST(tablename AS TEXT) AS name FROM pg_tables WHERE schemaname = current_schema()"
            }
        };
        let mut names = self.texts(sql);
        names.retain(|name| !name.starts_with("__") && name != "watched_writes");
        names
    }

    fn texts(&mut self, sql: &str) -> Vec<String> {
        let found: Vec<Name> = match self {
            Self::Sqlite(connection) => sql_query(sql).load(connection),
            Self::Postgres(connection) => sql_query(sql).load(connection),
        }
        .unwrap();
        found.into_iter().map(|row| row.name).collect()
    }
}

//! The schemas of the two databases agree: compared through what each says of itself.

use std::collections::BTreeSet;

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};

use super::{Db, Store, connection::per_backend, testing::Place};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The same question in two dialects; each answer is a line of the same form.
struct Question {
    sqlite: &'static str,
    postgres: &'static str,
}

const COLUMNS: Question = Question {
    sqlite: r#"SELECT m.name || '.' || c.name || ' #' || (c.cid + 1) || ' ' || lower(c.type)
            || CASE c."notnull" WHEN 1 THEN ' not null' ELSE '' END AS line
        FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name NOT LIKE '%diesel%'"#,
    postgres: "SELECT table_name || '.' || column_name || ' #' || ordinal_position || ' '
            || CASE data_type WHEN 'bytea' THEN 'blob' ELSE data_type END
            || CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END AS line
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name NOT LIKE '%diesel%'",
};

/// Indexes that we named, and those behind keys and UNIQUE, which have no name of ours.
const INDEXES: Question = Question {
    sqlite: r#"SELECT m.name || ' (' || (SELECT group_concat(i.name) FROM pragma_index_info(l.name) i) || ')'
            || CASE l."unique" WHEN 1 THEN ' unique' ELSE '' END
            || CASE l.partial WHEN 1 THEN ' partial' ELSE '' END
            || CASE l.origin WHEN 'c' THEN ' ' || l.name ELSE '' END AS line
        FROM sqlite_master m JOIN pragma_index_list(m.name) l
        WHERE m.type = 'table' AND m.name NOT LIKE '%diesel%'"#,
    postgres: "SELECT t.relname || ' ('
            || (SELECT string_agg(a.attname, ',' ORDER BY k.n)
                FROM unnest(x.indkey::int2[]) WITH ORDINALITY k (attnum, n)
                JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum) || ')'
            || CASE WHEN x.indisunique THEN ' unique' ELSE '' END
            || CASE WHEN x.indpred IS NOT NULL THEN ' partial' ELSE '' END
            || CASE WHEN EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u'))
                THEN '' ELSE ' ' || i.relname END AS line
        FROM pg_index x
        JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class t ON t.oid = x.indrelid
        WHERE t.relnamespace = 'public'::regnamespace AND t.relname NOT LIKE '%diesel%'",
};

const FOREIGN_KEYS: Question = Question {
    sqlite: r#"SELECT m.name || '.' || f."from" || ' -> ' || f."table" || '.' || f."to" || ' ' || lower(f.on_delete) AS line
        FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"#,
    postgres: "SELECT t.relname || '.' || a.attname || ' -> ' || o.relname || '.' || b.attname
            || CASE c.confdeltype WHEN 'c' THEN ' cascade' WHEN 'a' THEN ' no action' WHEN 'n' THEN ' set null' ELSE ' other' END AS line
        FROM pg_constraint c
        JOIN pg_class t ON t.oid = c.conrelid
        JOIN pg_class o ON o.oid = c.confrelid
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
        JOIN pg_attribute b ON b.attrelid = o.oid AND b.attnum = c.confkey[1]
        WHERE c.contype = 'f'",
};

fn answer(store: &Store, question: &Question) -> BTreeSet<String> {
    let lines: Vec<Line> = store
        .read(|db| {
            let text = match db {
                Db::Postgres(_) => question.postgres,
                Db::Sqlite(_) => question.sqlite,
            };
            Ok(per_backend!(db, connection => sql_query(text).load(connection))?)
        })
        .unwrap();
    lines.into_iter().map(|it| it.line).collect()
}

#[test]
fn both_databases_have_the_same_tables_keys_and_indexes() {
    let Some(other) = Place::postgres() else { return };
    let place = Place::sqlite();
    let (sqlite, postgres) = (place.migrated(), other.migrated());
    for question in [&COLUMNS, &INDEXES, &FOREIGN_KEYS] {
        let (here, there) = (answer(&sqlite, question), answer(&postgres, question));
        let differing: Vec<_> = here.symmetric_difference(&there).collect();
        assert!(differing.is_empty(), "only one database says: {differing:#?}");
        assert!(here.len() >= 6, "the question finds too little: {here:?}");
    }
}

#[test]
fn every_expiry_has_an_index() {
    let place = Place::sqlite();
    let store = place.migrated();
    let indexes = answer(&store, &INDEXES);
    let expiring: Vec<_> = answer(&store, &COLUMNS)
        .into_iter()
        .filter_map(|line| line.split_once(".expires_at").map(|(table, _)| table.to_owned()))
        .filter(|table| table != "leases")
        .collect();
    let expected = [
        "api_keys",
        "client_secrets",
        "grants",
        "mail_outbox",
        "one_time_tokens",
        "rate_counters",
        "revoked_tokens",
        "sessions",
    ];
    assert_eq!(expiring, expected);
    for table in expiring {
        assert!(indexes.contains(&format!("{table} (expires_at) {table}_by_expiry")), "{table}: {indexes:?}");
    }
}

//! What lists, searches and counts of the administration cost where there are 100,000 clients and 1,000,000 users.
//!
//! `cargo bench --bench admin`. Linux only: the CPU time is the thread's, from `/proc`, and a mean over all rounds. Least,
//! median and most are of the clock on the wall, which on a busy machine tells of its other work too.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is what the program is for")]

use std::{
    error::Error,
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use diesel::{Connection, SqliteConnection, connection::SimpleConnection};
use signet::{
    domain::{client::ClientId, ids::UserId, time::Timestamp},
    store::{Db, Options, PageRequest, Store, StoreError, clients, grants, migrations, purge, search, sessions, users},
};

const NOW: Timestamp = Timestamp::from_unix(1_800_000_000);
const CLIENTS: u32 = 100_000;
const USERS: u32 = 1_000_000;
const ROUNDS: usize = 25;
const PAGE: i64 = 50;

fn main() -> ExitCode {
    if !std::env::args().any(|argument| argument == "--bench") {
        eprintln!("a benchmark, not a test: cargo bench --bench admin");
        return ExitCode::SUCCESS;
    }
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let place = tempfile::tempdir()?;
    let path = place.path().join("signet.db");
    let store = Store::open(&Options::new(format!("sqlite://{}", path.display())))?;
    migrations::run(&store)?;
    let filled = Instant::now();
    SqliteConnection::establish(path.to_str().ok_or("path")?)?.batch_execute(&rows())?;
    let indexed = Instant::now();
    store.write(search::fill)?;
    println!(
        "{USERS} users, {CLIENTS} clients, as many sessions and grants as users: filled in {:.1} s, \
         indexed for the search in {:.1} s\n",
        indexed.duration_since(filled).as_secs_f64(),
        indexed.elapsed().as_secs_f64(),
    );
    println!("| list | rows | more | min ms | median ms | max ms | CPU ms |\n|---|---:|---|---:|---:|---:|---:|");
    lists_of_users(&store)?;
    lists_of_clients(&store)?;
    println!("\n| count | result | min ms | median ms | max ms | CPU ms |\n|---|---:|---:|---:|---:|---:|");
    counts(&store)
}

/// People of a hundred first names, ten thousand families, and addresses at a thousand domains.
fn rows() -> String {
    format!(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; PRAGMA foreign_keys = OFF;
         CREATE TEMP TABLE numbers AS
             WITH RECURSIVE up (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n + 1 < {USERS}) SELECT n FROM up;
         INSERT INTO users (id, username, email, email_verified, name, phone_number_verified, status, role,
                            created_at, updated_at)
             SELECT printf('usr_%010x%020x', 1700000000 + n, n),
                    printf('user%d', n * 7919 % {USERS}),
                    printf('first%02d.family%04d.%d@domain%03d.example', n % 100, n * 31 % 10000, n, n % 1000),
                    TRUE, printf('First%02d Family%04d', n % 100, n * 31 % 10000), FALSE,
                    CASE WHEN n % 500 = 0 THEN 'suspended' ELSE 'active' END,
                    CASE WHEN n % 100000 = 1 THEN 'admin' ELSE 'member' END, 1700000000 + n, 1700000000 + n
             FROM numbers;
         INSERT INTO clients (id, name, kind, first_party, enabled, auth_methods, redirect_uris,
                              post_logout_redirect_uris, grant_types, scope, resources, resource_server, pkce, refresh,
                              cors_origins, created_at, updated_at)
             SELECT printf('app-%06d', n * 7919 % {CLIENTS}), printf('Shop %d of Region%02d', n, n % 50),
                    'confidential', FALSE, TRUE, '[\"client_secret_basic\"]',
                    '[\"https://app.example/cb\"]', '[]', '[\"authorization_code\"]', 'openid', '[]', '[]',
                    'required', 'rotate', '[]', 1700000000, 1700000000
             FROM numbers WHERE n < {CLIENTS};
         INSERT INTO sessions (id, user_id, secret, auth_time, methods, created_at, expires_at)
             SELECT printf('ses_%010x%020x', 1799000000 + n, n), printf('usr_%010x%020x', 1700000000 + n, n),
                    randomblob(32), 1799000000 + n, 'pwd', 1799000000 + n, 1799900000 + n
             FROM numbers;
         INSERT INTO grants (id, client_id, user_id, session_id, binding, scope, resources, auth_time, methods,
                             generation, rotated_at, created_at, expires_at)
             SELECT randomblob(16),
                    printf('app-%06d', CASE WHEN n % 100 = 0 THEN 0 ELSE n % {CLIENTS} END),
                    printf('usr_%010x%020x', 1700000000 + n, n),
                    printf('ses_%010x%020x', 1799000000 + n, n), 'session', 'openid', '[]', 1799000000 + n, 'pwd', 0,
                    1799000000 + n, 1799000000 + n, 1799900000 + n
             FROM numbers;",
    )
}

fn lists_of_users(store: &Store) -> Result<(), Box<dyn Error>> {
    let deep = format!("usr_{:010x}", 1_700_000_000 + 900_000);
    let middle = format!("usr_{:010x}", 1_700_000_000 + 500_000);
    let cases = [
        ("users, first page", None, None),
        ("users, deep page", Some(deep.as_str()), None),
        ("users, one address", None, Some("first42.family9602.99342@")),
        ("users, username", None, Some("USER77777")),
        ("users, name of 100", None, Some("family4711")),
        ("users, domain of 1,000", None, Some("domain042.example")),
        ("users, name of 10,000", None, Some("First42 F")),
        ("users, everybody's beginning", None, Some("f")),
        ("users, everybody's beginning, deep page", Some(middle.as_str()), Some("f")),
        ("users, beginning of every id", None, Some("usr_00")),
        ("users, no match", None, Some("nobody at all")),
    ];
    for (what, after, text) in cases {
        let request = request(after, text);
        let list = |db: &mut Db| {
            users::list(db, users::Filter::default(), &request).map(|page| (page.items.len(), page.cut_short))
        };
        list_row(store, what, list)?;
    }
    Ok(())
}

fn lists_of_clients(store: &Store) -> Result<(), Box<dyn Error>> {
    let cases = [
        ("clients, first page", None, None),
        ("clients, deep page", Some("app-090000"), None),
        ("clients, one id", None, Some("APP-077777")),
        ("clients, name of one", None, Some("77777 of")),
        ("clients, name of 2,000", None, Some("region42")),
        ("clients, everybody's beginning", None, Some("s")),
        ("clients, everybody's beginning, deep page", Some("app-090000"), Some("a")),
        ("clients, no match", None, Some("nothing")),
    ];
    for (what, after, text) in cases {
        let request = request(after, text);
        let list = |db: &mut Db| clients::list(db, None, &request).map(|page| (page.items.len(), page.cut_short));
        list_row(store, what, list)?;
    }
    Ok(())
}

fn counts(store: &Store) -> Result<(), Box<dyn Error>> {
    let (busy, quiet) = (ClientId::parse("app-000000").ok_or("id")?, ClientId::parse("app-000001").ok_or("id")?);
    let somebody = UserId::parse(&format!("usr_{:010x}{:020x}", 1_700_000_777, 777)).ok_or("id")?;
    count_row(store, "users", users::count)?;
    count_row(store, "users by status (the suspended)", |db| users::count_by_status(db).map(|it| it.suspended))?;
    count_row(store, "active administrators", users::count_active_admins)?;
    count_row(store, "clients", clients::count)?;
    count_row(store, "live sessions", |db| sessions::count_live(db, NOW))?;
    count_row(store, "sessions begun in a day", |db| {
        sessions::count_begun_since(db, Timestamp::from_unix(1_800_000_000 - 86_400))
    })?;
    count_row(store, "unexpired grants", |db| grants::count_unexpired(db, NOW))?;
    count_row(store, "live grants of a busy client", |db| grants::reach_of_client(db, &busy, NOW).map(|it| it.grants))?;
    count_row(store, "live grants of a quiet client", |db| {
        grants::reach_of_client(db, &quiet, NOW).map(|it| it.grants)
    })?;
    count_row(store, "live grants of a user", |db| grants::count_by_user(db, &somebody, NOW))?;
    count_row(store, "what a purge would remove", |db| {
        purge::due(db, NOW).map(|due| i64::try_from(due.total()).unwrap_or_default())
    })
}

fn request(after: Option<&str>, text: Option<&str>) -> PageRequest {
    PageRequest { after: after.map(str::to_owned), limit: PAGE, search: text.map(str::to_owned) }
}

fn list_row(
    store: &Store,
    what: &str,
    list: impl Fn(&mut Db) -> Result<(usize, bool), StoreError>,
) -> Result<(), Box<dyn Error>> {
    let ((rows, cut_short), [min, median, max, cpu]) = measured(store, list)?;
    println!(
        "| {what} | {rows} | {} | {min:.2} | {median:.2} | {max:.2} | {cpu:.2} |",
        if cut_short { "yes" } else { "" }
    );
    Ok(())
}

fn count_row(
    store: &Store,
    what: &str,
    count: impl Fn(&mut Db) -> Result<i64, StoreError>,
) -> Result<(), Box<dyn Error>> {
    let (counted, [min, median, max, cpu]) = measured(store, count)?;
    println!("| {what} | {counted} | {min:.2} | {median:.2} | {max:.2} | {cpu:.2} |");
    Ok(())
}

/// What it answers, the least, the middle and the greatest of its times, and its mean CPU time; in milliseconds.
fn measured<T>(
    store: &Store,
    call: impl Fn(&mut Db) -> Result<T, StoreError>,
) -> Result<(T, [f64; 4]), Box<dyn Error>> {
    let mut times = Vec::with_capacity(ROUNDS);
    let before = cpu_nanoseconds()?;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(store.read(&call)?);
        times.push(start.elapsed());
    }
    let spent = cpu_nanoseconds()?.saturating_sub(before) / u64::try_from(ROUNDS)?;
    let cpu = Duration::from_nanos(spent).as_secs_f64() * 1000.0;
    times.sort_unstable();
    let at = |place: usize| times.get(place).map_or(0.0, |time: &Duration| time.as_secs_f64() * 1000.0);
    Ok((store.read(&call)?, [at(0), at(ROUNDS / 2), at(ROUNDS - 1), cpu]))
}

/// What this thread has used: the first number there.
fn cpu_nanoseconds() -> Result<u64, Box<dyn Error>> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split_whitespace().next().ok_or("schedstat")?.parse()?)
}

//! The database: reachable, and of the right shape.

use std::path::Path;

use super::{Report, keys};
use crate::{
    config::Settings,
    services::{database, fault::Fault},
    store::{Store, migrations},
};

pub(super) fn check(settings: &Settings, report: &mut Report) {
    let url = &settings.database.url;
    // Opening would make the file, and the doctor changes nothing.
    if url.sqlite_path().is_some_and(|path| !Path::new(path).exists()) {
        report.warning(
            "database",
            format!("{url} does not exist yet"),
            "the first `signet serve` makes it; if there should be one, correct database.url",
        );
        return;
    }
    let opened = database::open(&settings.database).and_then(|store| Ok(store.ping().map(|()| store)?));
    match opened {
        Ok(store) => {
            report.ok("database", format!("{url} answers"));
            check_schema(settings, &store, report);
        }
        Err(broken) => {
            report.error("database", format!("{url}: {broken}"), "start the database, or correct database.url");
        }
    }
}

fn check_schema(settings: &Settings, store: &Store, report: &mut Report) {
    match migrations::pending(store).map_err(Fault::from) {
        Ok(pending) if pending.is_empty() => {
            report.ok("migrations", "the schema is up to date");
            keys::check(settings, store, report);
        }
        Ok(pending) if store.is_sqlite() => {
            report.warning("migrations", waiting(&pending), "the next `signet serve` runs them");
        }
        Ok(pending) => report.error("migrations", waiting(&pending), "run `signet migrate`"),
        Err(broken) => report.error("migrations", broken, "look at the database's own log"),
    }
}

fn waiting(pending: &[String]) -> String {
    format!("to be run: {}", pending.join(", "))
}

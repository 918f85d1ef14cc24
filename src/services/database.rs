//! The database that the settings name.

use super::fault::Fault;
use crate::{
    config::{
        database::{DatabaseSettings, Synchronous as Durability},
        duration,
    },
    store::{Options, Store, Synchronous},
};

/// Opens SQLite's file at once, making it if it is missing; PostgreSQL is asked when it is first needed.
pub fn open(settings: &DatabaseSettings) -> Result<Store, Fault> {
    let options = Options {
        url: settings.url.as_str().to_owned(),
        readers: settings.readers,
        synchronous: match settings.synchronous {
            Durability::Normal => Synchronous::Normal,
            Durability::Full => Synchronous::Full,
        },
        wait: settings.wait(),
        statement_timeout: duration(settings.statement_seconds),
    };
    Ok(Store::open(&options)?)
}

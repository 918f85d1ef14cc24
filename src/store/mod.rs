//! The database: what the server remembers, in SQLite or PostgreSQL; the only folder that says `diesel`.

pub mod api_keys;
pub mod audit_chain;
pub mod audit_events;
pub mod client_usage;
pub mod clients;
pub mod connection;
pub mod consents;
pub mod error;
pub mod grants;
pub mod groups;
pub mod identities;
pub mod leases;
pub mod mail_outbox;
pub mod migrations;
pub mod one_time_tokens;
pub mod organisations;
pub mod page;
pub mod pool;
pub mod purge;
pub mod rate_counters;
pub mod resources;
pub mod revoked_tokens;
pub mod scopes;
pub mod sealing;
pub mod search;
pub mod sessions;
pub mod signing_keys;
pub mod size;
pub mod standing;
pub mod totp_factors;
pub mod turn;
pub mod users;

mod column;
mod prepared;
mod schema;

#[cfg(test)]
mod agreement;
#[cfg(test)]
mod found;
#[cfg(test)]
mod plans;
#[cfg(test)]
mod testing;

pub use connection::{Db, Options, Synchronous};
pub use error::StoreError;
pub use page::{Page, PageRequest};
pub use pool::Store;

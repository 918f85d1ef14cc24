//! The four contracts of the account API, each held against its document.

mod classic;
mod coditect;
mod comind;
mod credentials;
mod datix;
mod enumeration;
mod exchange;
mod golden;
mod mounts;
mod openapi;
mod people;
mod refusals;
mod schema;
mod sessions;

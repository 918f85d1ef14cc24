//! The four contracts of the account API, each held against its document.

mod classic;
mod coditect;
mod comind;
mod datix;
mod exchange;
mod golden;

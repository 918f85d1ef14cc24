//! The black-box tests: what the server says on the wire. Folders mirror the URLs.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a failing test should stop loudly"
)]

mod account_api;
mod accounts;
mod admin;
mod browser;
mod cli;
mod directories;
mod durability;
mod federation;
mod harness;
mod journeys;
mod mail;
mod oauth;
mod pages;
mod program;
mod races;
mod tables;

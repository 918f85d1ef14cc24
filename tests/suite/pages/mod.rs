//! One file per page.

pub(crate) mod account;
mod choose_account;
mod consent;
mod errors;
mod headers;
mod interaction;
mod login;
mod playground;
mod session;

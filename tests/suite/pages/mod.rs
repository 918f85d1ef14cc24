//! What people see, and what the pages promise to their browsers.

mod choose_account;
mod consent;
mod errors;
mod headers;
mod interaction;
mod login;
mod session;

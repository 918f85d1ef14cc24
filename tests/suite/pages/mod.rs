//! What people see, and what the pages promise to their browsers: one file per page, and per subject they share.

mod choose_account;
mod consent;
mod errors;
mod headers;
mod interaction;
mod login;
mod playground;
mod session;

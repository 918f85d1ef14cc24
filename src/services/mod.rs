//! The verbs: what the server does, told without HTTP and without SQL. Transactions live here.

pub mod accounts;
pub mod admin;
pub mod clients;
pub mod clock;
pub mod core;
pub mod database;
pub mod fault;
pub mod grants;
pub mod keys;
pub mod leases;
pub mod limits;
pub mod oauth;
pub mod playground;
pub mod readiness;
pub mod registry;
pub mod sealing;
pub mod sessions;
pub mod threads;

//! The verbs: what the server does, told without HTTP and without SQL. Transactions live here.

pub mod accounts;
pub mod admin;
pub mod api_keys;
pub mod audit;
pub mod clients;
pub mod clock;
pub mod core;
pub mod database;
pub mod factors;
pub mod fault;
pub mod federation;
pub mod grants;
pub mod keys;
pub mod leases;
pub mod limits;
pub mod mail;
pub mod mounts;
pub mod oauth;
pub mod organisations;
pub mod playground;
pub mod readiness;
pub mod registry;
pub mod sealing;
pub mod sessions;
pub mod threads;
pub mod visitor;

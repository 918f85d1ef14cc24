//! Signet, an OAuth 2.0 and OpenID Connect authorization server: the map of the building, lowest layer first.

pub mod protocol;

pub mod domain;

pub mod config;
pub mod crypto;
pub mod outbound;
pub mod store;

pub mod services;

pub mod cli;
pub mod http;
pub mod jobs;

pub mod app;
pub mod run;
pub mod server;

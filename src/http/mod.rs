//! The only folder that says `actix`: routes, handlers and pages. A handler translates; services decide.

pub mod account_api;
pub mod admin;
pub mod app;
pub mod document;
pub mod extract;
pub mod middleware;
pub mod oauth;
pub mod ops;
pub mod pages;
pub mod routes;

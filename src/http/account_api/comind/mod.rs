//! The `comind` contract: flat answers with privileges, groups and versions; personal access tokens; service endpoints.

mod api_tokens;
mod errors;
mod password;
mod registration;
mod routes;
mod service;
mod session;
mod shapes;

use actix_web::HttpResponse;

use super::Contract;
use crate::domain::mount::{RefreshStyle, Unconfirmed};

pub const CONTRACT: Contract = Contract {
    name: "comind",
    path: "/v1",
    key_prefix: "pat",
    refresh: RefreshStyle::Rotating,
    unconfirmed: Unconfirmed::MustConfirm,
    routes: routes::routes,
    document: routes::document,
    refuse: errors::refuse,
};

type Answer = Result<HttpResponse, errors::Error>;

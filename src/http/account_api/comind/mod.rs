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

use self::errors::ErrorBody;
use super::{
    Contract,
    error::{Error, refuse},
};
use crate::domain::mount::{RefreshStyle, Unconfirmed};

pub const CONTRACT: Contract = Contract {
    name: "comind",
    path: "/v1",
    key_prefix: "pat",
    refresh: RefreshStyle::Rotating,
    unconfirmed: Unconfirmed::MustConfirm,
    routes: routes::routes,
    document: routes::document,
    refuse: refuse::<ErrorBody>,
};

type Answer = Result<HttpResponse, Error<ErrorBody>>;

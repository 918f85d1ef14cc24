//! The `coditect` contract: answers in `data`, errors in `error`, a challenge for the second factor.

mod errors;
mod routes;
mod session;
mod shapes;

use actix_web::HttpResponse;

use super::Contract;
use crate::domain::mount::{RefreshStyle, Unconfirmed};

pub const CONTRACT: Contract = Contract {
    name: "coditect",
    path: "/coditect/v1",
    key_prefix: "cdt",
    refresh: RefreshStyle::Rotating,
    unconfirmed: Unconfirmed::MaySignIn,
    routes: routes::routes,
    document: routes::document,
    refuse: errors::refuse,
};

type Answer = Result<HttpResponse, errors::Error>;

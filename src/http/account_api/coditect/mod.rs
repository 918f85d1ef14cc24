//! The `coditect` contract: answers in `data`, errors in `error`, a challenge for the second factor.

mod errors;
mod routes;
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
    name: "coditect",
    path: "/coditect/v1",
    key_prefix: "cdt",
    refresh: RefreshStyle::Rotating,
    unconfirmed: Unconfirmed::MaySignIn,
    routes: routes::routes,
    document: routes::document,
    refuse: refuse::<ErrorBody>,
};

type Answer = Result<HttpResponse, Error<ErrorBody>>;

//! The `classic` contract: username and password, a static refresh token, camelCase keys, errors as one sentence.

mod errors;
mod keys;
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
    name: "classic",
    path: "/api/v1",
    key_prefix: "sk",
    refresh: RefreshStyle::Static,
    unconfirmed: Unconfirmed::MaySignIn,
    routes: routes::routes,
    document: routes::document,
    refuse: refuse::<ErrorBody>,
};

type Answer = Result<HttpResponse, Error<ErrorBody>>;

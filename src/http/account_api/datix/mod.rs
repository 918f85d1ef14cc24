//! The `datix` contract: accounts with organisations, a second factor, API keys; no refresh token.

mod api_keys;
mod errors;
mod profile;
mod routes;
mod second_factor;
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
    name: "datix",
    path: "/datix/v1",
    key_prefix: "sk",
    refresh: RefreshStyle::Static,
    unconfirmed: Unconfirmed::MaySignIn,
    routes: routes::routes,
    document: routes::document,
    refuse: refuse::<ErrorBody>,
};

type Answer = Result<HttpResponse, Error<ErrorBody>>;

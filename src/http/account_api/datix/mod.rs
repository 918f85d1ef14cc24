//! The `datix` contract: `contracts/datix.txt`.

mod errors;
mod routes;

use super::Contract;
use crate::domain::mount::{RefreshStyle, Unconfirmed};

pub const CONTRACT: Contract = Contract {
    name: "datix",
    path: "/datix/v1",
    key_prefix: "sk",
    refresh: RefreshStyle::Rotating,
    unconfirmed: Unconfirmed::MaySignIn,
    routes: routes::routes,
    document: routes::document,
    refuse: errors::refuse,
};

//! The `comind` contract: `contracts/comind.txt`.

mod errors;
mod routes;

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

//! The `classic` contract: `contracts/classic.txt`.

mod errors;
mod routes;

use super::Contract;
use crate::domain::mount::{RefreshStyle, Unconfirmed};

pub const CONTRACT: Contract = Contract {
    name: "classic",
    path: "/api/v1",
    key_prefix: "sk",
    refresh: RefreshStyle::Static,
    unconfirmed: Unconfirmed::MaySignIn,
    routes: routes::routes,
    document: routes::document,
    refuse: errors::refuse,
};

//! The `coditect` contract: `contracts/coditect.txt`.

mod errors;
mod routes;

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

//! The links of an account to accounts elsewhere: by provider and subject, never by an address that nobody proved.

use crate::{
    domain::identity::Identity,
    services::{
        accounts::{Caller, Refusal},
        core::Core,
    },
};

pub async fn list(core: &Core, caller: Caller) -> Result<Vec<Identity>, Refusal> {
    todo!()
}

/// [`Refusal::LastSignIn`] where the account has no password and no other link.
pub async fn unlink(core: &Core, caller: Caller, provider: String, subject: String) -> Result<(), Refusal> {
    todo!()
}

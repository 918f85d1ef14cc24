//! Confirming an address, by the code or the link of a letter; the address of an account, or the one it shall have.

use super::Refusal;
use crate::{
    domain::{secret::Secret, user::User},
    services::{core::Core, visitor::Visitor},
};

/// By the 6 digits.
pub async fn confirm(core: &Core, email: String, code: Secret<String>, visitor: Visitor) -> Result<User, Refusal> {
    todo!()
}

/// By the link's token.
pub async fn confirm_by_link(core: &Core, token: Secret<String>, visitor: Visitor) -> Result<User, Refusal> {
    todo!()
}

/// Sends a new code and link; answers the same for every address.
pub async fn request_confirmation(core: &Core, email: String, visitor: Visitor) -> Result<(), Refusal> {
    todo!()
}

//! Passwords: changed by their user, reset by a mailed link, set by a service.

use super::{Caller, Refusal};
use crate::{
    domain::{ids::UserId, secret::Secret, user::User},
    services::{core::Core, visitor::Visitor},
};

/// How a service names a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    Id(UserId),
    Email(String),
}

/// Keeps the session it came from and ends all others, offline grants and what was under way.
pub async fn change_password(
    core: &Core,
    caller: Caller,
    current: Secret<String>,
    new: Secret<String>,
) -> Result<(), Refusal> {
    todo!()
}

/// Mails a link to the owner of a confirmed or unconfirmed address; answers the same, after the same work, for every one.
pub async fn request_reset(core: &Core, email: String, visitor: Visitor) -> Result<(), Refusal> {
    todo!()
}

/// Spends the link's token; ends every session. The link came by mail, so it confirms the address, too.
pub async fn reset_password(
    core: &Core,
    token: Secret<String>,
    new: Secret<String>,
    visitor: Visitor,
) -> Result<User, Refusal> {
    todo!()
}

/// For services with the scope `admin:users`; ends every session.
pub async fn set_password(core: &Core, caller: Caller, whom: Whom, new: Secret<String>) -> Result<(), Refusal> {
    todo!()
}

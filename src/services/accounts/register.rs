//! A new account.

use super::Refusal;
use crate::{
    domain::{ids::UserId, organisation::Membership, secret::Secret, session::Door, user::User},
    services::{core::Core, visitor::Visitor},
};

/// What somebody registers with.
#[derive(Clone, Debug)]
pub struct Registration {
    pub email: String,
    pub password: Secret<String>,
    pub name: Option<String>,
    /// Made from the address where it is not given.
    pub username: Option<String>,
    /// Creates the organisation, with the user as its admin.
    pub organisation: Option<String>,
    pub door: Door,
    pub existing: Existing,
    pub visitor: Visitor,
}

/// What an address that has an account already is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// [`Refusal::EmailTaken`].
    Tell,
    /// As for a new one; the owner gets a letter.
    Hide,
}

/// Registered, or (with [`Existing::Hide`]) made to look like it.
#[derive(Debug)]
pub enum Registered {
    New {
        user: Box<User>,
        membership: Option<Membership>,
    },
    /// The same members, of an account that is not there.
    Pretended {
        id: UserId,
        email: String,
    },
}

/// Registers somebody; the same work is done whether the address exists or not.
pub async fn register(core: &Core, registration: Registration) -> Result<Registered, Refusal> {
    todo!()
}

/// Whether an address has an account: rate-limited hard, and switched off by a setting ([`Refusal::NotFound`]).
pub async fn is_registered(core: &Core, email: String, visitor: Visitor) -> Result<bool, Refusal> {
    todo!()
}

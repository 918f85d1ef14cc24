//! What an account says of its user, and changing it.

use super::{Caller, Refusal};
use crate::{
    domain::{organisation::Membership, user::User},
    services::core::Core,
};

/// A user with what stands in other tables.
#[derive(Clone, Debug)]
pub struct Person {
    pub user: User,
    pub membership: Option<Membership>,
    /// Sorted by name.
    pub groups: Vec<String>,
    pub second_factor: SecondFactorState,
    /// The new address that waits for its confirmation.
    pub pending_email: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorState {
    On,
    Off,
}

/// What is to be changed; `None` leaves a member as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    /// Waits for its confirmation by mail.
    pub email: Option<String>,
    pub username: Option<String>,
    /// An empty text takes it away.
    pub picture: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
}

/// Whoever is signed in, or a key with the scope `read:profile`.
pub async fn me(core: &Core, caller: Caller) -> Result<Person, Refusal> {
    todo!()
}

/// The same user with what stands in other tables, inside a crossing.
pub fn person(core: &Core, user: User) -> Result<Person, Refusal> {
    todo!()
}

pub async fn update(core: &Core, caller: Caller, changes: Changes) -> Result<Person, Refusal> {
    todo!()
}

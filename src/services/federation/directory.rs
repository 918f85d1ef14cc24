//! Directories: an address of a routed domain is signed in by LDAP, and its account is made on the way.

use crate::{
    domain::{secret::Secret, user::User},
    services::{accounts::Refusal, core::Core, visitor::Visitor},
};

/// The directory that knows the addresses of this domain, by its name in the settings.
pub fn route<'a>(core: &'a Core, email: &str) -> Option<&'a str> {
    None
}

/// Signs in at the directory and brings the account up to date (just in time, groups to roles).
/// [`Refusal::InvalidCredentials`] only where the directory said so; [`Refusal::DirectoryAway`] where it said nothing.
pub async fn authenticate(
    core: &Core,
    directory: &str,
    email: &str,
    password: &Secret<String>,
    visitor: &Visitor,
) -> Result<User, Refusal> {
    todo!()
}

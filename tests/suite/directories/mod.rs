//! Sign-ins at a real directory: slapd, as `scripts/slapd` starts it.

mod accounts;
mod away;
mod mappings;
mod sign_in;
mod slapd;
mod tls;

use signet::{
    domain::{secret::Secret, user::User},
    services::{accounts::Refusal, federation::directory, visitor::Visitor},
};

use crate::harness::Site;

/// What the login does with an address of the directory.
async fn signs_in(site: &Site, email: &str, password: &str) -> Result<User, Refusal> {
    let name = directory::route(&site.core, email).expect("an address of the directory").to_owned();
    let password = Secret::new(password.to_owned());
    directory::authenticate(&site.core, &name, email, &password, &Visitor::default()).await
}

//! The applications that a user lets in, and taking that back.

use super::{Caller, Refusal};
use crate::{
    domain::{
        client::{Client, ClientId},
        consent::Consent,
        time::Timestamp,
    },
    services::core::Core,
};

/// One application with access.
#[derive(Clone, Debug)]
pub struct Application {
    pub client: Client,
    pub consent: Consent,
    /// Scope names with the words of the consent page.
    pub scopes: Vec<(String, String)>,
    /// The newest use of a grant.
    pub last_used_at: Option<Timestamp>,
}

/// Newest consent first.
pub async fn applications(core: &Core, caller: Caller) -> Result<Vec<Application>, Refusal> {
    todo!()
}

/// Takes the consent back and revokes the grants that rest on it.
pub async fn withdraw(core: &Core, caller: Caller, client: ClientId) -> Result<(), Refusal> {
    todo!()
}

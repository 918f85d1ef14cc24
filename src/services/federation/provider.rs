//! Upstream OpenID providers: out with PKCE, nonce and state, back with a user.

use crate::services::core::Core;

/// A provider as the login page offers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// In URLs: `entra`.
    pub name: String,
    /// On the button: `Microsoft`.
    pub label: String,
}

pub fn offered(core: &Core) -> Vec<Offered> {
    todo!()
}

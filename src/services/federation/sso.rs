//! `POST auth/sso` of comind: Entra's word, with proof only.

use std::sync::Arc;

use crate::{
    domain::{mount::Mount, secret::Secret},
    services::{
        accounts::{Caller, Refusal},
        core::Core,
        sessions::Begun,
    },
};

/// Whom the request names, and what proves it.
#[derive(Clone, Debug)]
pub struct SsoRequest {
    pub oid: String,
    pub tid: String,
    pub upn: String,
    /// An ID token of the configured tenant for our client; accepted once.
    pub id_token: Option<Secret<String>>,
}

/// Signs in by (`tid`, `oid`); the caller's bearer may be a service with the scope `auth:sso` instead of an ID token.
pub async fn sign_in(core: &Core, mount: Arc<Mount>, caller: Caller, request: SsoRequest) -> Result<Begun, Refusal> {
    todo!()
}

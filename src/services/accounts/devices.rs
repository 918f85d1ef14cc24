//! The sessions of an account: where it is signed in, and ending that.

use std::sync::Arc;

use super::{Caller, Refusal};
use crate::{
    domain::{ids::SessionId, mount::Mount, secret::Secret, session::Session},
    services::{core::Core, visitor::Visitor},
};

/// One session as its owner sees it.
#[derive(Clone, Debug)]
pub struct Device {
    pub session: Session,
    /// The one this question came from.
    pub current: bool,
}

/// Newest first.
pub async fn devices(core: &Core, caller: Caller) -> Result<Vec<Device>, Refusal> {
    todo!()
}

pub async fn end_device(core: &Core, caller: Caller, session: SessionId) -> Result<(), Refusal> {
    todo!()
}

/// How many ended.
pub async fn end_other_devices(core: &Core, caller: Caller) -> Result<usize, Refusal> {
    todo!()
}

/// Ends the session that the caller's credential belongs to.
pub async fn logout(core: &Core, caller: Caller) -> Result<(), Refusal> {
    todo!()
}

/// Ends the session of an access token (an expired one, too) or of a refresh token; comind's logout shows both in the body.
pub async fn logout_by_tokens(
    core: &Core,
    mount: Arc<Mount>,
    access: Option<Secret<String>>,
    refresh: Option<Secret<String>>,
    visitor: Visitor,
) -> Result<(), Refusal> {
    todo!()
}

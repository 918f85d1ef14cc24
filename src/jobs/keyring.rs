//! Reads the signing keys again, on every node: it signs no more when this fails for too long.

use crate::services::{core::Core, keys};

pub(super) async fn run(core: Core) {
    if let Err(fault) = core.run(keys::reload).await {
        tracing::warn!(reason = %fault, "the keyring could not be refreshed");
    }
}

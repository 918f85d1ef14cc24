//! Reads the signing keys again, on every node: it signs no more when this fails for too long.

use super::tell;
use crate::services::{core::Core, keys};

pub(super) async fn run(core: Core) {
    tell("refreshing the keyring", core.run(keys::reload).await);
}

//! Writes down how much each client was used, on every node: each adds its own.

use super::tell;
use crate::services::{core::Core, usage};

pub(super) async fn run(core: Core) {
    tell("writing the usage of clients", core.run(usage::flush).await);
}

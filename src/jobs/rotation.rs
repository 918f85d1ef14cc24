//! Rotates the signing keys when their time has come; one node at a time.

use super::tell;
use crate::services::{core::Core, keys, leases};

pub(super) async fn run(core: Core) {
    let tended = core.run(|core| leases::held(core, leases::KEYS, || keys::tend(core)).map(drop));
    tell("tending the signing keys", tended.await);
}

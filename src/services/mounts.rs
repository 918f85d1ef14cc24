//! The account API's own clients: one per contract, so that its tokens are grants like any other.

use super::{core::Core, fault::Fault};
use crate::domain::mount::Mount;

/// Writes the client and the resource of each mount, where they are not there yet or stand otherwise.
pub fn ensure(core: &Core, mounts: &[Mount]) -> Result<(), Fault> {
    todo!()
}

//! The cost of a password's hash, and which passwords are taken.

use serde::{Deserialize, Serialize};

use super::{Misfit, require, within};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PasswordSettings {
    /// argon2id's memory.
    pub memory_kib: u32,
    pub iterations: u32,
    pub lanes: u32,
    /// Characters.
    pub minimum_length: usize,
    /// Characters: a longer password is refused, never cut.
    pub maximum_length: usize,
    /// Passwords that are hashed at once; 0 means one per core.
    pub hashers: usize,
}

impl Default for PasswordSettings {
    fn default() -> Self {
        Self { memory_kib: 19_456, iterations: 2, lanes: 1, minimum_length: 10, maximum_length: 128, hashers: 0 }
    }
}

impl PasswordSettings {
    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("passwords.memory_kib", self.memory_kib, 8, 4_194_304)?;
        within("passwords.iterations", self.iterations, 1, 100)?;
        within("passwords.lanes", self.lanes, 1, 64)?;
        within("passwords.minimum_length", self.minimum_length, 8, 64)?;
        within("passwords.maximum_length", self.maximum_length, 64, 1024)?;
        within("passwords.hashers", self.hashers, 0, 256)?;
        // RFC 9106 §3.1: at least eight blocks of 1 KiB per lane.
        require(
            self.memory_kib >= self.lanes.saturating_mul(8),
            "passwords.memory_kib",
            "must be at least 8 times passwords.lanes",
        )
    }
}

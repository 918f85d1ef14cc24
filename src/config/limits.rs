//! How often the guessable may be tried.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Sign-ins from one address (IPv6: one /64).
    pub login_per_address: Rate,
    /// Sign-ins to one account, whoever tries.
    pub login_per_account: Rate,
}

/// A bucket that holds `burst` tries and gets `per_minute` back each minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub burst: NonZeroU32,
    pub per_minute: NonZeroU32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { login_per_address: Rate::of(60, 60), login_per_account: Rate::of(20, 10) }
    }
}

impl Rate {
    /// Zero counts as one: a bucket that never fills would lock everybody out.
    pub fn of(burst: u32, per_minute: u32) -> Self {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self { burst: at_least_one(burst), per_minute: at_least_one(per_minute) }
    }
}

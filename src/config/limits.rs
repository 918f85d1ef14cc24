//! How often the guessable may be tried.

use serde::{Deserialize, Serialize};

use super::{Misfit, within};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// Sign-ins from one address (IPv6: one /64).
    pub login_per_address: Rate,
    /// Sign-ins to one account, whoever tries.
    pub login_per_account: Rate,
}

/// A bucket that holds `burst` tries and gets `per_minute` back each minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub burst: u32,
    pub per_minute: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            login_per_address: Rate { burst: 60, per_minute: 60 },
            login_per_account: Rate { burst: 20, per_minute: 10 },
        }
    }
}

impl LimitSettings {
    /// A bucket that holds nothing, or never fills again, would lock everybody out.
    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("limits.login_per_address.burst", self.login_per_address.burst, 1, MOST)?;
        within("limits.login_per_address.per_minute", self.login_per_address.per_minute, 1, MOST)?;
        within("limits.login_per_account.burst", self.login_per_account.burst, 1, MOST)?;
        within("limits.login_per_account.per_minute", self.login_per_account.per_minute, 1, MOST)
    }
}

const MOST: i64 = 1_000_000;

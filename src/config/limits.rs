//! How often the guessable may be tried.

use serde::{Deserialize, Serialize};

use super::{Misfit, require, within};
use crate::domain::{limit::Pace, time::Seconds};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitSettings {
    /// In the memory of one node, before anything is asked of the database; each kind of try counts apart.
    pub node_per_address: Rate,
    pub node_per_account: Rate,
    /// The wait after the last free try; each try after it doubles the wait.
    pub first_wait_seconds: Seconds,
    /// Nobody is held back for longer, whoever tries.
    pub longest_wait_seconds: Seconds,
    /// Without a try for so long, the count begins again.
    pub forget_seconds: Seconds,
    /// In the database, so that they hold over all nodes.
    pub tries: Tries,
    pub letters: Letters,
}

/// Letters of one kind that strangers can have sent to one recipient: so many in a row, then evenly over each hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Letters {
    pub burst: u32,
    pub per_hour: u32,
}

/// A bucket that holds `burst` tries and gets `per_minute` back each minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    pub burst: u32,
    pub per_minute: u32,
}

/// The free tries of each kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tries {
    pub login: Free,
    pub second_factor: Free,
    pub confirm: Free,
    pub reset: Free,
    pub check_registration: Free,
    pub register: Free,
}

/// Tries that wait for nothing: from one address (IPv6: one /64), and at one account whoever tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Free {
    pub per_address: u32,
    pub per_account: u32,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            node_per_address: Rate { burst: 60, per_minute: 60 },
            node_per_account: Rate { burst: 20, per_minute: 10 },
            first_wait_seconds: Seconds(1),
            longest_wait_seconds: Seconds(60),
            forget_seconds: Seconds::minutes(15),
            tries: Tries::default(),
            letters: Letters::default(),
        }
    }
}

impl Default for Letters {
    /// A link lives no shorter than the time between two letters, so whoever gets none has one that is good.
    fn default() -> Self {
        Self { burst: 5, per_hour: 4 }
    }
}

impl Letters {
    pub fn pace(self) -> Pace {
        let between = Seconds(3600 / i64::from(self.per_hour.max(1)));
        Pace { free: self.burst, first_wait: between, longest_wait: between, forget_after: Seconds::hours(1) }
    }
}

impl Default for Tries {
    fn default() -> Self {
        Self {
            login: Free { per_address: 100, per_account: 10 },
            second_factor: Free { per_address: 50, per_account: 5 },
            confirm: Free { per_address: 50, per_account: 5 },
            reset: Free { per_address: 20, per_account: 3 },
            check_registration: Free { per_address: 10, per_account: 5 },
            register: Free { per_address: 10, per_account: 3 },
        }
    }
}

impl LimitSettings {
    /// How the tries of one kind of bucket slow down.
    pub const fn pace(&self, free: u32) -> Pace {
        Pace {
            free,
            first_wait: self.first_wait_seconds,
            longest_wait: self.longest_wait_seconds,
            forget_after: self.forget_seconds,
        }
    }

    /// A bucket that holds nothing, or never fills again, would lock everybody out.
    pub(super) fn check(&self) -> Result<(), Misfit> {
        within("limits.node_per_address.burst", self.node_per_address.burst, 1, MOST)?;
        within("limits.node_per_address.per_minute", self.node_per_address.per_minute, 1, MOST)?;
        within("limits.node_per_account.burst", self.node_per_account.burst, 1, MOST)?;
        within("limits.node_per_account.per_minute", self.node_per_account.per_minute, 1, MOST)?;
        within("limits.first_wait_seconds", self.first_wait_seconds.0, 1, 60)?;
        within("limits.longest_wait_seconds", self.longest_wait_seconds.0, 1, 900)?;
        within("limits.forget_seconds", self.forget_seconds.0, 60, 86_400)?;
        require(
            self.first_wait_seconds <= self.longest_wait_seconds,
            "limits.first_wait_seconds",
            "must not exceed limits.longest_wait_seconds",
        )?;
        within("limits.letters.burst", self.letters.burst, 1, MOST)?;
        within("limits.letters.per_hour", self.letters.per_hour, 1, 3600)?;
        self.tries.check()
    }
}

impl Tries {
    /// The same for each kind.
    pub const fn all(free: Free) -> Self {
        Self { login: free, second_factor: free, confirm: free, reset: free, check_registration: free, register: free }
    }

    fn check(&self) -> Result<(), Misfit> {
        let each = [
            ("limits.tries.login.per_address", self.login.per_address),
            ("limits.tries.login.per_account", self.login.per_account),
            ("limits.tries.second_factor.per_address", self.second_factor.per_address),
            ("limits.tries.second_factor.per_account", self.second_factor.per_account),
            ("limits.tries.confirm.per_address", self.confirm.per_address),
            ("limits.tries.confirm.per_account", self.confirm.per_account),
            ("limits.tries.reset.per_address", self.reset.per_address),
            ("limits.tries.reset.per_account", self.reset.per_account),
            ("limits.tries.check_registration.per_address", self.check_registration.per_address),
            ("limits.tries.check_registration.per_account", self.check_registration.per_account),
            ("limits.tries.register.per_address", self.register.per_address),
            ("limits.tries.register.per_account", self.register.per_account),
        ];
        each.into_iter().try_for_each(|(name, free)| within(name, free, 1, MOST))
    }
}

const MOST: i64 = 1_000_000;

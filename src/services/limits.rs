//! How often one address, or one account, may try a password.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _, clock::DefaultClock};

use super::{accounts::Refusal, core::Core, visitor::Visitor};
use crate::{
    config::limits::{LimitSettings, Rate},
    store::{Db, StoreError},
};

/// Names hash into this many buckets, so that made-up ones cannot fill the memory.
const BUCKETS: u64 = 65_536;

/// The limits of one node, in memory.
pub struct Limits {
    by_address: DefaultKeyedRateLimiter<u64>,
    by_account: DefaultKeyedRateLimiter<u64>,
    /// Drawn at the start: nobody can choose an address that shares a bucket with another's.
    seed: RandomState,
}

/// Come again after this long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany {
    pub retry_after: Duration,
}

impl Limits {
    pub fn new(settings: &LimitSettings) -> Self {
        Self {
            by_address: RateLimiter::keyed(quota(settings.login_per_address)),
            by_account: RateLimiter::keyed(quota(settings.login_per_account)),
            seed: RandomState::new(),
        }
    }

    /// Counts one try at a password, from an address and for an account name in its normal spelling.
    pub fn try_login(&self, address: Option<IpAddr>, account: &str) -> Result<(), TooMany> {
        if let Some(address) = address {
            self.check(&self.by_address, &network(address))?;
        }
        self.check(&self.by_account, &account)
    }

    fn check(&self, limiter: &DefaultKeyedRateLimiter<u64>, key: &impl Hash) -> Result<(), TooMany> {
        limiter.check_key(&(self.seed.hash_one(key) % BUCKETS)).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            TooMany { retry_after: wait.max(Duration::from_secs(1)) }
        })
    }
}

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Login,
    SecondFactor,
    Confirm,
    Reset,
    CheckRegistration,
    Register,
}

/// A try that was let in, and counted; a success takes it back.
#[derive(Clone, Debug)]
pub struct Admitted {
    act: Act,
    address: Option<IpAddr>,
    account: Option<String>,
}

/// Counts one try in the database, where all nodes see it, before its answer is known; inside a crossing. The governor in
/// memory stands before it, so that a flood writes nothing.
pub fn admit(core: &Core, act: Act, visitor: &Visitor, account: Option<&str>) -> Result<Admitted, Refusal> {
    Ok(Admitted { act, address: visitor.address, account: account.map(str::to_owned) })
}

/// The try was right: the account's count begins again, and the address has one try less.
pub fn forgive(core: &Core, db: &mut Db, admitted: &Admitted) -> Result<(), StoreError> {
    Ok(())
}

/// One customer usually has a whole /64 of IPv6, so that counts as one address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() & !u128::from(u64::MAX)).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn quota(rate: Rate) -> Quota {
    let at_least_one = |n: u32| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
    Quota::per_minute(at_least_one(rate.per_minute)).allow_burst(at_least_one(rate.burst))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_knows_which_addresses_share_a_bucket() {
        let rate = Rate { burst: 3, per_minute: 1 };
        let limits = || Limits::new(&LimitSettings { login_per_address: rate, login_per_account: rate });
        assert_ne!(limits().seed.hash_one("alice"), limits().seed.hash_one("alice"));
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let a: IpAddr = "2001:db8:1:2:3::4".parse().unwrap();
        let b: IpAddr = "2001:db8:1:2:ffff::1".parse().unwrap();
        let other: IpAddr = "2001:db8:1:3::1".parse().unwrap();
        assert_eq!(network(a), network(b));
        assert_ne!(network(a), network(other));
    }

    #[test]
    fn an_account_is_held_back_after_its_burst() {
        let rate = Rate { burst: 3, per_minute: 1 };
        let limits = Limits::new(&LimitSettings { login_per_address: rate, login_per_account: rate });
        let tries = (0..5).filter(|_| limits.try_login(None, "alice").is_ok()).count();
        assert_eq!(tries, 3);
        assert!(limits.try_login(None, "bob").is_ok());
    }
}

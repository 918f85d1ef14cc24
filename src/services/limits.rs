//! How often one address, or one account, may try what can be guessed: first in memory, then in the database.

use std::{
    hash::{BuildHasher, Hash, RandomState},
    net::IpAddr,
    num::NonZeroU32,
    time::Duration,
};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _, clock::DefaultClock};

use super::{accounts::Refusal, core::Core, visitor::Visitor};
use crate::{
    config::{
        duration,
        limits::{Free, LimitSettings, Rate},
    },
    crypto::seal::Purpose,
    domain::{
        limit::{Counter, Pace},
        time::Seconds,
    },
    store::{Db, StoreError, rate_counters},
};

/// Names hash into this many buckets, so that made-up ones fill neither the memory nor the table.
const BUCKETS: u64 = 65_536;

/// Addresses have more room: a whole provider behind one of them must not share it with many others.
const ADDRESS_BUCKETS: u64 = 1_048_576;

/// How often a count is tried again when others counted meanwhile; beyond it there are too many.
const RACES: usize = 64;

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

/// What is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    Login,
    SecondFactor,
    Confirm,
    Reset,
    ChangePassword,
    CheckRegistration,
    Register,
}

/// A try that was let in, and counted; a success takes it back.
#[derive(Clone, Debug)]
pub struct Admitted {
    address: Option<Bucket>,
    account: Option<Bucket>,
}

/// One row, and how it slows down.
#[derive(Clone, Debug)]
struct Bucket {
    name: String,
    pace: Pace,
}

impl Limits {
    pub fn new(settings: &LimitSettings) -> Self {
        Self {
            by_address: RateLimiter::keyed(quota(settings.node_per_address)),
            by_account: RateLimiter::keyed(quota(settings.node_per_account)),
            seed: RandomState::new(),
        }
    }

    /// Counts one try in memory, from an address and for an account name in its normal spelling.
    fn count(&self, act: Act, address: Option<IpAddr>, account: Option<&str>) -> Result<(), TooMany> {
        if let Some(address) = address {
            self.check(&self.by_address, &(act, network(address)))?;
        }
        account.map_or(Ok(()), |account| self.check(&self.by_account, &(act, account)))
    }

    fn check(&self, limiter: &DefaultKeyedRateLimiter<u64>, key: &impl Hash) -> Result<(), TooMany> {
        limiter.check_key(&(self.seed.hash_one(key) % BUCKETS)).map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            TooMany { retry_after: wait.max(Duration::from_secs(1)) }
        })
    }
}

/// Counts one try in the database, where all nodes see it, before its answer is known; inside a crossing, and in a
/// transaction of its own. The governor in memory stands before it, so that a flood writes nothing, and a bucket that is
/// locked is only read: a lock is never made longer by those who do not wait.
pub fn admit(core: &Core, act: Act, visitor: &Visitor, account: Option<&str>) -> Result<Admitted, Refusal> {
    core.limits.count(act, visitor.address, account)?;
    let admitted = Admitted::new(core, act, visitor, account);
    refuse(core.store.read(|db| admitted.longest_wait(core, db))?)?;
    refuse(core.store.write(|db| admitted.count(core, db))?)?;
    Ok(admitted)
}

/// Whether a letter goes out that a stranger can cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Postage {
    Paid,
    /// Its recipient has had many; whoever asked for it is answered as ever.
    Withheld,
}

/// Counts a letter to an address, in a transaction of its own and before it is known whether anybody is there. Each kind
/// apart: letters that nobody gets must not use up those that somebody waits for.
pub fn postage(core: &Core, act: Act, recipient: &str) -> Result<Postage, StoreError> {
    let pace = core.settings.limits.letters.pace();
    let bucket = Bucket::new(core, &format!("{}/letter", act.as_str()), recipient, ADDRESS_BUCKETS, pace);
    let locked = |counter: Option<Counter>| counter.and_then(|counter| counter.wait(core.clock.now())).is_some();
    let withheld = core.store.read(|db| rate_counters::find(db, &bucket.name)).map(locked)?
        || core.store.write(|db| bucket.count(core, db))?.is_some();
    Ok(if withheld { Postage::Withheld } else { Postage::Paid })
}

/// How often the account was tried since it was last right, or quiet: this try among them.
pub fn tries_in_a_row(db: &mut Db, admitted: &Admitted) -> Result<i64, StoreError> {
    let counter = match &admitted.account {
        Some(account) => rate_counters::find(db, &account.name)?,
        None => None,
    };
    Ok(counter.map_or(0, |counter| counter.count))
}

/// True once a day for each account: of N at once, for one.
pub fn is_first_of_the_day(core: &Core, db: &mut Db, act: Act, account: &str) -> Result<bool, StoreError> {
    let day = Seconds::days(1);
    let pace = Pace { free: 1, first_wait: day, longest_wait: day, forget_after: Seconds(0) };
    let bucket = Bucket::new(core, &format!("{}/told", act.as_str()), account, ADDRESS_BUCKETS, pace);
    Ok(bucket.count(core, db)?.is_none())
}

/// The try was right: the account's count begins again, and the address has one try less. The last thing of its
/// transaction: others from this address wait for its row.
pub fn forgive(core: &Core, db: &mut Db, admitted: &Admitted) -> Result<(), StoreError> {
    if let Some(address) = &admitted.address {
        address.uncount(core, db)?;
    }
    if let Some(account) = &admitted.account {
        rate_counters::delete(db, &account.name)?;
    }
    Ok(())
}

impl Admitted {
    fn new(core: &Core, act: Act, visitor: &Visitor, account: Option<&str>) -> Self {
        let free = act.free(core);
        let bucket = |kind, of: &str, buckets, free| {
            Bucket::new(core, &format!("{}/{kind}", act.as_str()), of, buckets, core.settings.limits.pace(free))
        };
        let network = visitor.address.map(|address| network(address).to_string());
        Self {
            address: network.map(|network| bucket("address", &network, ADDRESS_BUCKETS, free.per_address)),
            account: account.map(|account| bucket("account", account, BUCKETS, free.per_account)),
        }
    }

    /// Always in this order, so that no two tries wait for each other.
    fn buckets(&self) -> impl Iterator<Item = &Bucket> {
        self.address.iter().chain(&self.account)
    }

    fn longest_wait(&self, core: &Core, db: &mut Db) -> Result<Option<Seconds>, StoreError> {
        let mut longest = None;
        for bucket in self.buckets() {
            let counter = rate_counters::find(db, &bucket.name)?;
            longest = longest.max(counter.and_then(|counter| counter.wait(core.clock.now())));
        }
        Ok(longest)
    }

    /// The wait of the first bucket that others have locked meanwhile.
    fn count(&self, core: &Core, db: &mut Db) -> Result<Option<Seconds>, StoreError> {
        for bucket in self.buckets() {
            let wait = bucket.count(core, db)?;
            if wait.is_some() {
                return Ok(wait);
            }
        }
        Ok(None)
    }
}

impl Bucket {
    fn new(core: &Core, kind: &str, of: &str, buckets: u64, pace: Pace) -> Self {
        let tag = core.ring.mac(Purpose::Limit, format!("{kind}/{of}").as_bytes()).tag;
        let number = tag.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes)) % buckets;
        Self { name: format!("{kind}/{number:05x}"), pace }
    }

    /// Compare-and-set: of N parallel tries each is counted, and those beyond the free ones see the lock.
    fn count(&self, core: &Core, db: &mut Db) -> Result<Option<Seconds>, StoreError> {
        let now = core.clock.now();
        for _ in 0..RACES {
            let before = rate_counters::find(db, &self.name)?;
            let wait = before.and_then(|counter| counter.wait(now));
            if wait.is_some() || rate_counters::put(db, &self.name, &self.pace.count(before, now), before.as_ref())? {
                return Ok(wait);
            }
        }
        Ok(Some(Seconds(1)))
    }

    /// What is not there, or changes too quickly, is not taken back.
    fn uncount(&self, core: &Core, db: &mut Db) -> Result<(), StoreError> {
        for _ in 0..RACES {
            let Some(before) = rate_counters::find(db, &self.name)? else {
                return Ok(());
            };
            if rate_counters::put(db, &self.name, &self.pace.uncount(before, core.clock.now()), Some(&before))? {
                return Ok(());
            }
        }
        Ok(())
    }
}

impl Act {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::SecondFactor => "second_factor",
            Self::Confirm => "confirm",
            Self::Reset => "reset",
            Self::ChangePassword => "change_password",
            Self::CheckRegistration => "check_registration",
            Self::Register => "register",
        }
    }

    fn free(self, core: &Core) -> Free {
        let tries = &core.settings.limits.tries;
        match self {
            Self::Login => tries.login,
            Self::SecondFactor => tries.second_factor,
            Self::Confirm => tries.confirm,
            Self::Reset | Self::ChangePassword => tries.reset,
            Self::CheckRegistration => tries.check_registration,
            Self::Register => tries.register,
        }
    }
}

fn refuse(wait: Option<Seconds>) -> Result<(), TooMany> {
    wait.map_or(Ok(()), |wait| Err(TooMany { retry_after: duration(wait) }))
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

    fn limits(rate: Rate) -> Limits {
        Limits::new(&LimitSettings { node_per_address: rate, node_per_account: rate, ..LimitSettings::default() })
    }

    #[test]
    fn nobody_knows_which_addresses_share_a_bucket() {
        let seed = || limits(Rate { burst: 3, per_minute: 1 }).seed.hash_one("alice");
        assert_ne!(seed(), seed());
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
        let limits = limits(Rate { burst: 3, per_minute: 1 });
        let tries = (0..5).filter(|_| limits.count(Act::Login, None, Some("alice")).is_ok()).count();
        assert_eq!(tries, 3);
        assert!(limits.count(Act::Login, None, Some("bob")).is_ok());
        assert!(limits.count(Act::Confirm, None, Some("alice")).is_ok());
    }
}

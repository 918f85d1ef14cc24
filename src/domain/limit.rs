//! How a bucket of tries slows down those who guess, and forgets.

use super::time::{Seconds, Timestamp};

/// The row of one bucket: an address or an account, at one kind of door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counter {
    pub count: i64,
    /// Until then the bucket is only read.
    pub locked_until: Timestamp,
    /// Forgotten then.
    pub expires_at: Timestamp,
}

/// So many tries are free, then each waits twice as long as the one before, up to the longest wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    pub free: u32,
    pub first_wait: Seconds,
    pub longest_wait: Seconds,
    /// Nothing for so long, and the count begins again.
    pub forget_after: Seconds,
}

impl Pace {
    /// The bucket after one more try.
    pub fn count(&self, before: Option<Counter>, now: Timestamp) -> Counter {
        let count = before.filter(|counter| counter.expires_at > now).map_or(0, |counter| counter.count);
        let count = count.saturating_add(1);
        let locked_until = now.plus(self.wait(count));
        Counter { count, locked_until, expires_at: locked_until.plus(self.forget_after) }
    }

    /// The bucket after one of its tries turned out right: one less, and no wait that a smaller count would not bring.
    pub fn uncount(&self, before: Counter, now: Timestamp) -> Counter {
        let count = before.count.saturating_sub(1).max(0);
        Counter { count, locked_until: before.locked_until.min(now.plus(self.wait(count))), ..before }
    }

    /// How long the next try has to wait after so many.
    fn wait(&self, count: i64) -> Seconds {
        let beyond = count.saturating_sub(i64::from(self.free));
        if beyond < 0 {
            return Seconds(0);
        }
        let doubled = u32::try_from(beyond).ok().and_then(|times| 2_i64.checked_pow(times));
        let wait = doubled.and_then(|factor| self.first_wait.0.checked_mul(factor)).map_or(self.longest_wait, Seconds);
        wait.min(self.longest_wait)
    }
}

impl Counter {
    /// How long to wait, if at all.
    pub fn wait(&self, now: Timestamp) -> Option<Seconds> {
        (self.locked_until > now).then(|| self.locked_until.since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { free: 3, first_wait: Seconds(2), longest_wait: Seconds(60), forget_after: Seconds(600) };

    #[test]
    fn delays_grow_and_stay_short() {
        let (now, mut counter, mut waits) = (Timestamp::from_unix(1_000), None, Vec::new());
        for _ in 0..40 {
            let next = PACE.count(counter, now);
            waits.push(next.wait(now).map_or(0, |wait| wait.0));
            counter = Some(next);
        }
        assert_eq!(waits.get(..9), Some([0, 0, 2, 4, 8, 16, 32, 60, 60].as_slice()));
        assert_eq!(waits.last(), Some(&60));
    }

    /// A whole office behind one address: each right password makes room for the next.
    #[test]
    fn a_right_try_takes_itself_back() {
        let now = Timestamp::from_unix(1_000);
        let counted = (0..3).fold(None, |counter, _| Some(PACE.count(counter, now))).unwrap();
        assert_eq!(counted.wait(now), Some(Seconds(2)));
        let taken_back = PACE.uncount(counted, now);
        assert_eq!((taken_back.count, taken_back.wait(now)), (2, None));
        assert_eq!(PACE.uncount(Counter { count: 0, ..counted }, now).count, 0);
    }

    #[test]
    fn a_quiet_bucket_begins_again() {
        let now = Timestamp::from_unix(1_000);
        let counter = Counter { count: 30, locked_until: now, expires_at: now };
        assert_eq!(PACE.count(Some(counter), now).count, 1);
    }
}

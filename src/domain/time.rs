//! Time as the tables keep it: whole UTC seconds.

use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A moment: seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

/// A length of time in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Timestamp {
    pub const fn from_unix(seconds: i64) -> Self {
        Self(seconds)
    }

    pub const fn unix(self) -> i64 {
        self.0
    }

    #[must_use]
    pub const fn plus(self, length: Seconds) -> Self {
        Self(self.0.saturating_add(length.0))
    }

    #[must_use]
    pub const fn minus(self, length: Seconds) -> Self {
        Self(self.0.saturating_sub(length.0))
    }

    /// The day it lies in, in UTC: days since 1970-01-01.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(86_400)
    }

    /// The time that has passed since `earlier`; a clock that went back counts as no time.
    pub fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0).max(0))
    }

    /// `2026-01-09T11:30:00Z`; a moment outside chrono's range prints as its number.
    pub fn rfc3339(self) -> String {
        DateTime::<Utc>::from_timestamp(self.0, 0)
            .map_or_else(|| self.0.to_string(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
    }

    /// Reads `2026-01-09T11:30:00Z`, with any offset, or a day alone: its beginning in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        let moment = DateTime::parse_from_rfc3339(text).map(|at| at.timestamp());
        let day = || text.parse::<NaiveDate>().map(|day| day.and_time(NaiveTime::MIN).and_utc().timestamp());
        moment.or_else(|_| day()).ok().map(Self)
    }
}

impl Seconds {
    pub const fn minutes(n: i64) -> Self {
        Self(n.saturating_mul(60))
    }

    pub const fn hours(n: i64) -> Self {
        Self(n.saturating_mul(3600))
    }

    pub const fn days(n: i64) -> Self {
        Self(n.saturating_mul(86_400))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_went_back_counts_as_no_time() {
        let now = Timestamp::from_unix(100);
        assert_eq!(now.since(Timestamp::from_unix(130)), Seconds(0));
        assert_eq!(now.since(Timestamp::from_unix(90)), Seconds(10));
    }

    #[test]
    fn a_moment_or_a_day_can_be_read() {
        let at = |text| Timestamp::parse(text).map(Timestamp::unix);
        for text in ["2026-01-09T11:30:00Z", "2026-01-09T12:30:00+01:00"] {
            assert_eq!(at(text), Some(1_767_958_200), "{text}");
        }
        assert_eq!(at("2026-01-09"), Some(1_767_958_200 - 11 * 3600 - 1800));
        for text in ["", "2026-02-30", "yesterday", "1767958200"] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    #[test]
    fn times_print_in_utc() {
        assert_eq!(Timestamp::from_unix(1_767_958_200).rfc3339(), "2026-01-09T11:30:00Z");
    }
}

//! Moments in words.

use chrono::{DateTime, Utc};

use crate::domain::time::Timestamp;

/// A moment as a page shows it, and as a program reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    pub words: String,
    pub exact: String,
}

impl When {
    /// `9 January 2026`
    pub(in crate::http) fn day(at: Timestamp) -> Self {
        Self { words: formatted(at, "%-d %B %Y"), exact: at.rfc3339() }
    }

    /// `9 January 2026, 11:30 UTC`
    pub(in crate::http) fn moment(at: Timestamp) -> Self {
        Self { words: formatted(at, "%-d %B %Y, %H:%M UTC"), exact: at.rfc3339() }
    }

    /// `5 minutes ago`; the day where that is longer ago than a month.
    pub(in crate::http) fn ago(at: Timestamp, now: Timestamp) -> Self {
        let seconds = now.since(at).0;
        let words = match seconds {
            ..60 => "just now".to_owned(),
            60..3_600 => several(seconds / 60, "minute"),
            3_600..86_400 => several(seconds / 3_600, "hour"),
            86_400..2_592_000 => several(seconds / 86_400, "day"),
            _ => return Self::day(at),
        };
        Self { words, exact: at.rfc3339() }
    }
}

fn several(count: i64, unit: &str) -> String {
    if count == 1 { format!("1 {unit} ago") } else { format!("{count} {unit}s ago") }
}

fn formatted(at: Timestamp, format: &str) -> String {
    DateTime::<Utc>::from_timestamp(at.unix(), 0).map_or_else(|| at.rfc3339(), |at| at.format(format).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lately_is_told_in_words() {
        let now = Timestamp::from_unix(1_800_000_000);
        let ago = |seconds: i64| When::ago(Timestamp::from_unix(now.unix() - seconds), now).words;
        assert_eq!(ago(-5), "just now");
        assert_eq!(ago(60), "1 minute ago");
        assert_eq!(ago(7_300), "2 hours ago");
        assert_eq!(ago(86_400 * 29), "29 days ago");
        assert_eq!(ago(86_400 * 40), "6 December 2026");
        assert_eq!(When::moment(now).words, "15 January 2027, 08:00 UTC");
        assert_eq!(When::moment(now).exact, "2027-01-15T08:00:00Z");
    }
}

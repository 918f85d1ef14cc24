//! How a server elsewhere was last met: whether it answered, and what was wrong when it did not.

use super::time::Timestamp;

/// What this node knows of it; nothing outlives the process.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Met {
    pub answered_at: Option<Timestamp>,
    /// When it was away, and why.
    pub failed_at: Option<(Timestamp, String)>,
    last: Last,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Last {
    /// Nobody has asked it yet.
    #[default]
    Unasked,
    Answered,
    Failed,
}

impl Met {
    pub fn answered(&mut self, now: Timestamp) {
        (self.answered_at, self.last) = (Some(now), Last::Answered);
    }

    pub fn failed(&mut self, now: Timestamp, reason: impl Into<String>) {
        (self.failed_at, self.last) = (Some((now, reason.into())), Last::Failed);
    }

    /// Whether it failed when it was last asked.
    pub fn is_away(&self) -> bool {
        self.last == Last::Failed
    }

    pub const fn last(&self) -> Last {
        self.last
    }
}

impl Last {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unasked => "unasked",
            Self::Answered => "ok",
            Self::Failed => "error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_ends_the_trouble_and_keeps_what_it_was() {
        let (mut met, now) = (Met::default(), Timestamp::from_unix(7));
        assert_eq!(met.last(), Last::Unasked);
        met.failed(now, "no route");
        assert_eq!(met.last(), Last::Failed);
        met.answered(now);
        assert_eq!((met.last(), met.failed_at), (Last::Answered, Some((now, "no route".to_owned()))));
    }
}

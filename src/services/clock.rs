//! The time: the system's, or one that a test moves by hand.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::Utc;

use crate::domain::time::{Seconds, Timestamp};

/// Where everything that needs the time asks for it.
#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// Stands still until it is moved.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `start`.
    pub fn manual(start: Timestamp) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(start.unix())))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::from_unix(Utc::now().timestamp()),
            Self::Manual(at) => Timestamp::from_unix(at.load(Ordering::SeqCst)),
        }
    }

    /// Moves a manual clock; the system's does not move.
    pub fn advance(&self, by: Seconds) {
        if let Self::Manual(at) = self {
            at.fetch_add(by.0, Ordering::SeqCst);
        }
    }
}

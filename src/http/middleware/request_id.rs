//! The name of a request: in the answer, on error pages and in the log.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// 16 hexadecimal digits; no two requests of one process have the same.
#[derive(Clone, Debug)]
pub struct RequestId(String);

impl RequestId {
    pub fn next() -> Self {
        static COUNTED: AtomicU64 = AtomicU64::new(0);
        static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        let number = COUNTED.fetch_add(1, Ordering::Relaxed);
        Self(format!("{:016x}", SEED.hash_one(number)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

//! The measure of everything: one raw RSA-2048 signature by aws-lc-rs.

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};

use crate::Attempt;

pub(crate) struct Reference {
    key: RsaKeyPair,
    random: SystemRandom,
}

impl Reference {
    pub(crate) fn new() -> Attempt<Self> {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_unspecified| "cannot make an RSA key".to_owned())?;
        Ok(Self { key, random: SystemRandom::new() })
    }

    /// The CPU time of one signature on one thread, from about a second of them.
    pub(crate) fn cost(&self) -> Duration {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let (start, before) = (Instant::now(), thread_cpu());
        let mut count = 0_u32;
        while start.elapsed() < Duration::from_secs(1) {
            for message in 0..20_u8 {
                let signed = self.key.sign(&RSA_PKCS1_SHA256, &self.random, &[message; 700], &mut signature);
                count += u32::from(signed.is_ok());
            }
        }
        let used = thread_cpu().checked_sub(before).filter(|used| !used.is_zero());
        used.unwrap_or_else(|| start.elapsed()) / count.max(1)
    }

    /// The same with one thread on every core: what a signature costs a machine that is busy, as it is under load.
    pub(crate) fn cost_when_busy(&self) -> Duration {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let others: Vec<_> = (1..cores).map(|_| scope.spawn(|| self.cost())).collect();
            let costs = others.into_iter().filter_map(|other| other.join().ok()).chain([self.cost()]);
            let (sum, count) = costs.fold((Duration::ZERO, 0), |(sum, count), cost| (sum + cost, count + 1));
            sum / count
        })
    }
}

/// What this thread has run; zero where the kernel does not count it (`proc_pid_schedstat(5)`).
fn thread_cpu() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = text.split_whitespace().next().and_then(|field| field.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or(0))
}

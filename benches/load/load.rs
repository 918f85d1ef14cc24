//! Drives one workload over all connections at once, and counts what the server used meanwhile.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    Attempt, process,
    visitor::Visitor,
    workload::{Operation, Workload},
};

#[derive(Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) warmup: Duration,
    pub(crate) measured: Duration,
}

pub(crate) struct Measured {
    /// Of the operations that succeeded, in order of size.
    pub(crate) latencies: Vec<Duration>,
    pub(crate) errors: u32,
    pub(crate) first_error: Option<String>,
    pub(crate) wall: Duration,
    pub(crate) server: Duration,
    /// What neither the server nor this program used: numbers taken beside other work deserve less trust.
    pub(crate) others: Duration,
}

/// Which part of the run it is; both begin as false.
#[derive(Default)]
struct Phase {
    measuring: AtomicBool,
    over: AtomicBool,
}

/// What one connection saw.
#[derive(Default)]
struct Tally {
    latencies: Vec<Duration>,
    errors: u32,
    first_error: Option<String>,
}

pub(crate) fn drive(workload: Workload, visitors: &mut [Visitor<'_>], server: u32, pace: Pace) -> Attempt<Measured> {
    let prepared: Attempt<Vec<Operation<'_, '_>>> =
        visitors.iter_mut().map(|visitor| workload.prepare(visitor)).collect();
    let mut operations = prepared?;
    for operation in &mut operations {
        operation.once()?;
    }

    let (phase, gate) = (Phase::default(), Barrier::new(operations.len() + 1));
    let clocks = || (process::cpu(server), process::cpu(std::process::id()), process::machine());
    thread::scope(|scope| {
        let repeat = |operation| scope.spawn(|| repeat(operation, &phase, &gate));
        let hands: Vec<_> = operations.iter_mut().map(repeat).collect();
        gate.wait();
        thread::sleep(pace.warmup);
        let (before, start) = (clocks(), Instant::now());
        phase.measuring.store(true, Relaxed);
        thread::sleep(pace.measured);
        phase.measuring.store(false, Relaxed);
        let (after, wall) = (clocks(), start.elapsed());
        phase.over.store(true, Relaxed);

        let used =
            (after.0.saturating_sub(before.0), after.1.saturating_sub(before.1), after.2.saturating_sub(before.2));
        let tallies: Vec<Tally> = hands.into_iter().filter_map(|hand| hand.join().ok()).collect();
        let mut measured = Measured {
            latencies: tallies.iter().flat_map(|tally| &tally.latencies).copied().collect(),
            errors: tallies.iter().map(|tally| tally.errors).sum(),
            first_error: tallies.into_iter().find_map(|tally| tally.first_error),
            wall,
            server: used.0,
            others: used.2.saturating_sub(used.0 + used.1),
        };
        measured.latencies.sort_unstable();
        let reason = measured.first_error.clone().unwrap_or_default();
        if measured.latencies.is_empty() { Err(format!("no operation succeeded: {reason}")) } else { Ok(measured) }
    })
}

fn repeat(operation: &mut Operation<'_, '_>, phase: &Phase, gate: &Barrier) -> Tally {
    let mut tally = Tally { latencies: Vec::with_capacity(1 << 16), ..Tally::default() };
    gate.wait();
    while !phase.over.load(Relaxed) && !operation.is_broken() {
        let start = Instant::now();
        match operation.once() {
            Ok(()) if phase.measuring.load(Relaxed) => tally.latencies.push(start.elapsed()),
            Ok(()) => {}
            Err(reason) => {
                tally.errors += 1;
                tally.first_error.get_or_insert(reason);
            }
        }
    }
    tally
}

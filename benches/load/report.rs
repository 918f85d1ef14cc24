//! The result as Markdown, ready for the README.

use std::{fmt, time::Duration};

use crate::{
    Attempt,
    load::Measured,
    process::{self, Memory},
    workload::Workload,
};

pub(crate) struct Report {
    /// What was measured, on what machine.
    circumstances: String,
    rows: Vec<(Workload, Attempt<Row>)>,
    idle: Memory,
    after: Memory,
    /// One raw signature while every core signs.
    busy: Duration,
}

pub(crate) struct Row {
    pub(crate) measured: Measured,
    /// One raw signature, measured around the workload.
    pub(crate) signature: Duration,
}

/// The most that the server may hold in MiB: idle, and after load.
const MEMORY_TARGETS: (f64, f64) = (20.0, 25.0);

impl Report {
    pub(crate) fn new(database: &str, connections: u32, measured: Duration) -> Self {
        let machine = process::machine_name();
        let seconds = measured.as_secs_f64();
        let circumstances =
            format!("{machine}. {database}, {connections} connections, {seconds} s for each operation.");
        let (idle, after) = (Memory::default(), Memory::default());
        Self { circumstances, rows: vec![], idle, after, busy: Duration::ZERO }
    }

    pub(crate) fn add(&mut self, workload: Workload, row: Attempt<Row>) {
        self.rows.push((workload, row));
    }

    pub(crate) fn remember(&mut self, idle: Memory, after: Memory, busy: Duration) {
        (self.idle, self.after, self.busy) = (idle, after, busy);
    }

    /// A run in which something failed is no result.
    pub(crate) fn verdict(&self) -> Attempt<()> {
        let wrong = self.rows.iter().filter_map(|(workload, row)| {
            let reason = match row {
                Ok(row) => row.measured.first_error.as_ref()?,
                Err(reason) => reason,
            };
            Some(format!("{}: {reason}", workload.name()))
        });
        let wrong: Vec<String> = wrong.collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
    }
}

impl Row {
    fn operations(&self) -> f64 {
        u32::try_from(self.measured.latencies.len()).map_or(f64::NAN, f64::from)
    }

    fn microseconds(&self) -> f64 {
        microseconds(self.measured.server) / self.operations()
    }

    fn signatures(&self) -> f64 {
        self.microseconds() / microseconds(self.signature)
    }

    /// The latency that this many of a hundred stay under, in milliseconds.
    fn percentile(&self, hundredths: usize) -> f64 {
        let latencies = &self.measured.latencies;
        let at = (latencies.len() * hundredths / 100).min(latencies.len().saturating_sub(1));
        latencies.get(at).map_or(f64::NAN, |latency| microseconds(*latency) / 1000.0)
    }

    /// Cores that other programs kept busy.
    fn others(&self) -> f64 {
        self.measured.others.as_secs_f64() / self.measured.wall.as_secs_f64()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.circumstances)?;
        let signatures: Vec<f64> =
            self.rows.iter().flat_map(|(_, row)| row).map(|row| microseconds(row.signature)).collect();
        let least = signatures.iter().copied().fold(f64::INFINITY, f64::min);
        let most = signatures.iter().copied().fold(0.0, f64::max);
        writeln!(
            f,
            "S, one raw aws-lc-rs RSA-2048 signature on one thread of the same run: {least:.0} to {most:.0} µs; \
             {:.0} µs where every core signs at once, as under load.\n",
            microseconds(self.busy)
        )?;
        writeln!(
            f,
            "| operation | operations | errors | server CPU µs/op | × S | target | op/s | p50 ms | p99 ms | other load |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|")?;
        for (workload, row) in &self.rows {
            let name = workload.name();
            let Ok(row) = row else {
                writeln!(f, "| {name} | failed | | | | | | | | |")?;
                continue;
            };
            let target = workload.target().map_or(String::new(), |most| format!("≤ {most:.2}"));
            writeln!(
                f,
                "| {name} | {:.0} | {} | {:.1} | {:.2} | {target} | {:.0} | {:.2} | {:.2} | {:.2} |",
                row.operations(),
                row.measured.errors,
                row.microseconds(),
                row.signatures(),
                row.operations() / row.measured.wall.as_secs_f64(),
                row.percentile(50),
                row.percentile(99),
                row.others(),
            )?;
        }
        let mebibytes = |kibibytes: u32| f64::from(kibibytes) / 1024.0;
        writeln!(
            f,
            "\nResident memory: {:.1} MiB idle (target ≤ {:.0}), {:.1} MiB after all of it (≤ {:.0}), {:.1} MiB at its peak.",
            mebibytes(self.idle.resident),
            MEMORY_TARGETS.0,
            mebibytes(self.after.resident),
            MEMORY_TARGETS.1,
            mebibytes(self.after.peak),
        )
    }
}

/// One line for the one who waits.
pub(crate) fn progress(workload: Workload, row: &Attempt<Row>) -> String {
    let name = workload.name();
    match row {
        Ok(row) => format!("{name:20} {:8.1} µs {:6.2} S", row.microseconds(), row.signatures()),
        Err(reason) => format!("{name:20} failed: {reason}"),
    }
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

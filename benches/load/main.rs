//! What an operation costs the server: CPU time over real HTTP, as a multiple of one raw RSA-2048 signature.
//!
//! `cargo bench --bench load -- --help` lists the options. Linux only: the numbers come from `/proc`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the report is what the program is for")]

mod browser;
mod http;
mod load;
mod process;
mod report;
mod server;
mod signature;
mod site;
mod visitor;
mod workload;

use std::{process::ExitCode, time::Duration};

use clap::Parser;

use crate::{
    load::Pace,
    report::{Report, Row},
    server::Server,
    signature::Reference,
    workload::Workload,
};

/// A failure is told to the one at the terminal, and ends the run.
type Attempt<T> = Result<T, String>;

#[derive(Parser)]
#[command(
    name = "load",
    bin_name = "cargo bench --bench load --",
    about = "Starts a Signet server and measures what each operation costs it"
)]
struct Options {
    /// Only these, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    workloads: Vec<Workload>,
    /// Measured seconds for each workload
    #[arg(long, default_value_t = 8.0)]
    seconds: f64,
    /// Unmeasured seconds before them
    #[arg(long, default_value_t = 2.0)]
    warmup: f64,
    /// Parallel keep-alive connections, each a user of its own
    #[arg(long, default_value_t = 8)]
    connections: u32,
    /// An empty PostgreSQL database instead of a new SQLite one
    #[arg(long)]
    database: Option<String>,
}

fn main() -> ExitCode {
    let (ours, others): (Vec<_>, Vec<_>) = std::env::args().partition(|argument| argument == "--bench");
    if ours.is_empty() {
        eprintln!("a benchmark, not a test: cargo bench --bench load");
        return ExitCode::SUCCESS;
    }
    match run(&Options::parse_from(others)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("{reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Attempt<()> {
    let seconds = |given: f64| Duration::try_from_secs_f64(given).map_err(|reason| format!("{given} s: {reason}"));
    let pace = Pace { warmup: seconds(options.warmup)?, measured: seconds(options.seconds)? };
    let reference = Reference::new()?;

    eprintln!("starting the server");
    let server = Server::start(options.database.as_deref(), options.connections)?;
    let idle = process::memory(server.pid());
    let mut visitors = server.site().sign_in_all()?;

    let database = if options.database.is_some() { "PostgreSQL" } else { "SQLite" };
    let mut report = Report::new(database, options.connections, pace.measured);
    for workload in Workload::all().filter(|kind| options.workloads.is_empty() || options.workloads.contains(kind)) {
        let before = reference.cost();
        let outcome = load::drive(workload, &mut visitors, server.pid(), pace);
        let signature = (before + reference.cost()) / 2;
        let row = outcome.map(|measured| Row { measured, signature });
        eprintln!("{}", report::progress(workload, &row));
        report.add(workload, row);
    }
    report.remember(idle, process::memory(server.pid()), reference.cost_when_busy());
    println!("{report}");
    report.verdict()
}

//! Parses the command line, nothing else.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use signet::{cli::Cli, run};

/// Gives a password hash's 19 MiB back to the system when it is done; the system's own allocator keeps them.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    run::run(Cli::parse())
}

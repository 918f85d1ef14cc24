//! Parses the command line, nothing else.

use std::process::ExitCode;

use clap::Parser;
use signet::{cli::Cli, run};

fn main() -> ExitCode {
    run::run(Cli::parse())
}

//! `signet dev`: its flags; `server.rs` does the serving.

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;

/// Run a server to try things out: no configuration, a demo user, demo clients and the playground
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet dev
  signet dev --listen 127.0.0.1:9000 --data /tmp/signet

Everything it makes lies in the folder --data; delete the folder to begin anew. Not for production: the demo \
user's password is printed.")]
pub struct DevArgs {
    /// Address and port to listen on (a loopback address)
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// The folder of the database and the sealing key
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    pub data: PathBuf,
}

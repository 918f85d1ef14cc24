//! `signet serve`: its flags; `server.rs` does the serving.

use clap::Args;

/// Run the server
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet serve --config /etc/signet/signet.toml
  SIGNET_DATABASE__URL=postgres://signet@db/signet signet serve --migrate

On SQLite the schema is brought up to date at the start. On PostgreSQL run `signet migrate` first, or add \
--migrate: of several nodes that start at once, one does it and the others wait.

SIGTERM and SIGINT stop the server when the requests under way are answered (http.shutdown_seconds).")]
pub struct ServeArgs {
    /// Bring a PostgreSQL database's schema up to date before serving
    #[arg(long)]
    pub migrate: bool,
    /// Address and port to listen on, instead of the setting http.listen
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<std::net::SocketAddr>,
}

//! The command line: a file per subcommand.

use std::{io, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    config::{SettingsError, Sources},
    domain::administrator::Administrator,
    services::{admin::AdminError, core::Core, fault::Fault},
};

pub mod api_key;
pub mod audit;
pub mod client;
pub mod dev;
pub mod doctor;
pub mod group;
pub mod key;
pub mod list;
mod member;
pub mod migrate;
pub mod openapi;
pub mod organisation;
pub mod output;
pub mod password;
mod person;
pub mod purge;
pub mod resource;
pub mod scope;
pub mod serve;
pub mod shape;
pub mod user;
mod user_access;
mod user_update;

use output::{Format, Output};

/// Signet, an OAuth 2.0 and OpenID Connect authorization server.
#[derive(Debug, Parser)]
#[command(
    name = "signet",
    version,
    propagate_version = true,
    max_term_width = 100,
    after_help = "Examples:
  signet dev                         try it, with a demo user and a playground
  signet serve --config signet.toml  production
  signet doctor                      what is wrong, and what to do about it
  signet client create --name \"My app\" --redirect-uri https://app.example/cb
  signet user create --email alice@example.com --name Alice

Settings come from the defaults, a file, environment variables (SIGNET_HTTP__LISTEN=…) and flags, \
the later going before the earlier: docs/configuration.md lists them all."
)]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// What every command takes.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    #[arg(
        long,
        help = "The settings file [default: SIGNET_CONFIG, else ./signet.toml if there is one]",
        global = true,
        value_name = "FILE"
    )]
    pub config: Option<PathBuf>,
    /// Answer with one JSON document on standard output
    #[arg(long, global = true)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Serve(serve::ServeArgs),
    Dev(dev::DevArgs),
    Migrate(migrate::MigrateArgs),
    Doctor(doctor::DoctorArgs),
    Openapi(openapi::OpenapiArgs),
    #[command(flatten)]
    Administer(Administer),
}

/// The commands that work on a running or a stopped server's database through the core.
#[derive(Debug, Subcommand)]
pub enum Administer {
    /// Register OAuth clients and look after them
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Create people's accounts and look after them
    #[command(subcommand)]
    User(user::UserCommand),
    /// Make organisations, and say who belongs to them
    #[command(subcommand)]
    Organisation(organisation::OrganisationCommand),
    /// Make groups, and put people into them
    #[command(subcommand)]
    Group(group::GroupCommand),
    /// Make, list and revoke the keys that users' programs carry
    #[command(subcommand)]
    ApiKey(api_key::ApiKeyCommand),
    /// Read, verify and export the audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// List, rotate and revoke the keys that sign tokens
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Register the scopes that clients may ask for
    #[command(subcommand)]
    Scope(scope::ScopeCommand),
    /// Register the APIs (resource servers) that tokens can be meant for
    #[command(subcommand)]
    Resource(resource::ResourceCommand),
    Purge(purge::PurgeArgs),
}

/// Whoever can run a command on the server's own database may everything.
fn operator() -> Administrator {
    Administrator::operator()
}

/// How a command fails.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Admin(#[from] AdminError),
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error("cannot write the answer: {0}")]
    Output(#[from] io::Error),
    /// The command cannot be carried out as it was typed.
    #[error("{0}")]
    Usage(String),
    /// It was all told on standard output already.
    #[error("")]
    Told,
}

impl Global {
    pub fn sources(&self) -> Sources {
        Sources::of_process(self.config.clone())
    }

    pub fn output(&self) -> Output {
        Output::of_process(if self.json { Format::Json } else { Format::Text })
    }
}

impl Administer {
    /// Whether it may be the first command of a new installation: one that only looks makes no database.
    pub const fn may_begin(&self) -> bool {
        matches!(
            self,
            Self::Client(client::ClientCommand::Create(_))
                | Self::User(user::UserCommand::Create(_))
                | Self::Organisation(organisation::OrganisationCommand::Create { .. })
                | Self::Group(group::GroupCommand::Create { .. })
                | Self::Scope(scope::ScopeCommand::Create(_))
                | Self::Resource(resource::ResourceCommand::Create { .. })
                | Self::Key(key::KeyCommand::Rotate)
        )
    }

    pub async fn run(self, core: &Core, output: &mut Output) -> Result<(), CommandError> {
        match self {
            Self::Client(command) => command.run(core, output).await,
            Self::User(command) => command.run(core, output).await,
            Self::Organisation(command) => command.run(core, output).await,
            Self::Group(command) => command.run(core, output).await,
            Self::ApiKey(command) => command.run(core, output).await,
            Self::Audit(command) => command.run(core, output).await,
            Self::Key(command) => command.run(core, output).await,
            Self::Scope(command) => command.run(core, output).await,
            Self::Resource(command) => command.run(core, output).await,
            Self::Purge(args) => args.run(core, output).await,
        }
    }
}

impl CommandError {
    /// 1: it failed; 2: it was not typed right. A reader that went away (`| head`) is no failure.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Output(reason) if reason.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
            Self::Usage(_) => ExitCode::from(2),
            _ => ExitCode::FAILURE,
        }
    }

    /// Whether there is still something to say.
    pub fn is_silent(&self) -> bool {
        matches!(self, Self::Told) || matches!(self, Self::Output(reason) if reason.kind() == io::ErrorKind::BrokenPipe)
    }
}

#[cfg(test)]
mod tests;

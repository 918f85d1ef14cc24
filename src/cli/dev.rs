//! `signet dev`: its flags; `server.rs` does the serving.

use std::{fmt, net::SocketAddr, path::PathBuf};

use clap::Args;
use serde::Serialize;

use crate::{config::Issuer, services::admin::demo};

/// Run a server to try things out: no configuration, a demo user, demo clients and the playground
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:
  signet dev
  signet dev --listen 127.0.0.1:9000 --data /tmp/signet

Everything it makes lies in the folder --data; delete the folder to begin anew. Not for production: the demo \
user's password is printed.

Other commands reach what it made like this:
  SIGNET_DATABASE__URL=sqlite://data/dev.db SIGNET_KEYS__DIRECTORY=data/dev-keys signet client list")]
pub struct DevArgs {
    /// Address and port to listen on (a loopback address)
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,
    /// The folder of the database and the sealing key
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    pub data: PathBuf,
}

/// A database of its own: a production database in the same folder is another one.
pub fn database(data: &str) -> String {
    format!("sqlite://{data}/dev.db")
}

pub fn keys(data: &str) -> String {
    format!("{data}/dev-keys")
}

/// Where its letters lie.
pub fn outbox(data: &str) -> String {
    format!("{data}/outbox")
}

/// What a newcomer reads first.
#[derive(Debug, Serialize)]
pub struct Welcome {
    issuer: String,
    playground: String,
    outbox: String,
    discovery: String,
    email: &'static str,
    password: &'static str,
    console: String,
    admin_email: &'static str,
    admin_password: &'static str,
    service_client: &'static str,
    service_secret: String,
    browser_client: &'static str,
    data: String,
}

impl Welcome {
    pub fn new(issuer: &Issuer, data: &str, service_secret: &str) -> Self {
        Self {
            issuer: issuer.as_str().to_owned(),
            playground: issuer.url("/playground"),
            outbox: issuer.url("/outbox"),
            discovery: issuer.url("/.well-known/openid-configuration"),
            email: demo::EMAIL,
            password: demo::PASSWORD,
            console: issuer.url("/admin"),
            admin_email: demo::ADMIN_EMAIL,
            admin_password: demo::ADMIN_PASSWORD,
            service_client: demo::SERVICE,
            service_secret: service_secret.to_owned(),
            browser_client: demo::BROWSER_APP,
            data: data.to_owned(),
        }
    }
}

impl fmt::Display for Welcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Signet is ready for development. Everything lies in {}/; delete it to begin anew.\n", self.data)?;
        writeln!(f, "  Playground   {}   (see the whole code flow, step by step)", self.playground)?;
        writeln!(
            f,
            "  Letters      {}   (what users are written; the files lie in {}/)",
            self.outbox,
            outbox(&self.data)
        )?;
        writeln!(f, "  Sign in as   {} / {}", self.email, self.password)?;
        writeln!(
            f,
            "  Console      {}   (administration: {} / {})",
            self.console, self.admin_email, self.admin_password
        )?;
        writeln!(f, "  Discovery    {}", self.discovery)?;
        writeln!(
            f,
            "  Browser app  client {} (public, redirect http://127.0.0.1:3000/callback)\n",
            self.browser_client
        )?;
        writeln!(f, "A token for a service:")?;
        writeln!(f, "  export SECRET={}", self.service_secret)?;
        writeln!(
            f,
            "  curl -u {}:$SECRET -d grant_type=client_credentials {}/token\n",
            self.service_client, self.issuer
        )?;
        writeln!(f, "To administer it with signet's other commands, in another terminal:")?;
        let data = &self.data;
        writeln!(f, "  export SIGNET_ISSUER={}", self.issuer)?;
        writeln!(f, "  export SIGNET_DATABASE__URL={} SIGNET_KEYS__DIRECTORY={}\n", database(data), keys(data))?;
        write!(f, "Stop with Ctrl-C.")
    }
}

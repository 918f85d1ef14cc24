//! The server under load: a new database, filled by the binary's own commands, in a folder that is deleted at the end.

use std::{
    fs::{self, File, Permissions},
    io::Write,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use tempfile::TempDir;
use url::Url;

use crate::{
    Attempt,
    browser::excerpt,
    http::{Connection, Request},
    site::{Client, Site, User, random},
};

const BINARY: &str = env!("CARGO_BIN_EXE_signet");

pub(crate) struct Server {
    child: Child,
    site: Site,
    folder: TempDir,
}

impl Server {
    /// Starts a server with one user for each connection, and waits until it is ready.
    pub(crate) fn start(database: Option<&str>, users: u32) -> Attempt<Self> {
        let folder = TempDir::new().map_err(|reason| reason.to_string())?;
        let origin = configure(folder.path(), database)?;
        let site = Site::new(origin, users);
        furnish(folder.path(), &site)?;
        let log = File::create(folder.path().join("server.log")).map_err(|reason| reason.to_string())?;
        let errors = log.try_clone().map_err(|reason| reason.to_string())?;
        let mut command = signet(folder.path(), &["serve"]);
        let child =
            command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn().map_err(|reason| reason.to_string())?;
        let mut server = Self { child, site, folder };
        server.wait()?;
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn site(&self) -> &Site {
        &self.site
    }

    fn wait(&mut self) -> Attempt<()> {
        let address = self.site.address();
        for _ in 0..300 {
            let request = Request { method: "GET", target: "/readyz", headers: "", form: None };
            if Connection::new(&address).send(&request).is_ok_and(|response| response.status == 200) {
                // Its memory is called idle once what starting needed has been given back.
                thread::sleep(Duration::from_secs(1));
                return Ok(());
            }
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
        Err(format!("the server is not ready:\n{log}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing is left to do where it has ended by itself.
        let _ = self.child.kill().and_then(|()| self.child.wait());
    }
}

/// Writes `signet.toml`; the answer is the issuer.
fn configure(folder: &Path, database: Option<&str>) -> Attempt<Url> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|reason| reason.to_string())?;
    let address = listener.local_addr().map_err(|reason| reason.to_string())?;
    let sqlite = format!("sqlite://{}", folder.join("signet.db").display());
    let keys = folder.join("keys");
    if database.is_some() {
        // On PostgreSQL the server waits for a sealing key instead of making one: other nodes need the same.
        write_key(&keys).map_err(|reason| reason.to_string())?;
    }
    let settings = format!(
        "issuer = \"http://{address}\"\n[http]\nlisten = \"{address}\"\n[database]\nurl = \"{}\"\n[keys]\ndirectory = \"{}\"\n",
        database.unwrap_or(&sqlite),
        keys.display(),
    );
    fs::write(folder.join("signet.toml"), settings).map_err(|reason| reason.to_string())?;
    Url::parse(&format!("http://{address}")).map_err(|reason| reason.to_string())
}

fn write_key(keys: &Path) -> std::io::Result<()> {
    fs::create_dir(keys)?;
    fs::set_permissions(keys, Permissions::from_mode(0o700))?;
    let mut file = File::create(keys.join("sealing.key"))?;
    file.set_permissions(Permissions::from_mode(0o600))?;
    writeln!(file, "1 {}", random::<32>())
}

/// Clients, users and the resource, as an administrator would register them.
fn furnish(folder: &Path, site: &Site) -> Attempt<()> {
    signet_does(folder, &["migrate"], None)?;
    signet_does(folder, &["resource", "create", &site.resource, "--name", "The API"], None)?;
    let scope = ["scope", "create", &site.scope, "--description", "Read the API", "--resource", &site.resource];
    signet_does(folder, &scope, None)?;
    for client in [&site.application, &site.service, &site.api] {
        signet_does(folder, &registration(client), None)?;
    }
    for User { email, password } in &site.users {
        let user = ["user", "create", "--email", email, "--name", "Alice", "--password-stdin", "--json"];
        signet_does(folder, &user, Some(password))?;
    }
    Ok(())
}

fn registration(client: &Client) -> Vec<&str> {
    let mut arguments = vec!["client", "create", "--name", &client.id, "--client-id", &client.id, "--json"];
    arguments.extend(["--client-secret", &client.secret]);
    arguments.extend(client.registration.iter().map(String::as_str));
    arguments
}

fn signet_does(folder: &Path, arguments: &[&str], input: Option<&str>) -> Attempt<()> {
    let said = || format!("signet {}", arguments.iter().take(2).copied().collect::<Vec<_>>().join(" "));
    let fault = |reason: std::io::Error| format!("{}: {reason}", said());
    let mut command = signet(folder, arguments);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(fault)?;
    if let (Some(text), Some(mut stdin)) = (input, child.stdin.take()) {
        writeln!(stdin, "{text}").map_err(fault)?;
    }
    let output = child.wait_with_output().map_err(fault)?;
    let words = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{}: {}", said(), excerpt(&words))) }
}

/// The binary in its folder, with none of our own environment's settings.
fn signet(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(arguments).current_dir(folder).env_clear().env("SIGNET_CONFIG", folder.join("signet.toml"));
    command
}

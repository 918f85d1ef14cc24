//! The real program, run as an operator runs it: processes of its own, settings from the environment.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write,
    net::TcpListener,
    path::PathBuf,
    process::{self, Child, Command, Stdio},
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, Instant},
};

use serde_json::Value;
use signet::{
    config::{Settings, Sources, database::DatabaseUrl},
    crypto::seal::SealingRing,
    services::{clock::Clock, core::Core},
    store::{Options, Store},
};
use tempfile::TempDir;

use crate::{
    durability::wire::Wire,
    harness::{Auth, Browser, PASSWORD, Place, Site, TestClient, TestUser},
};

/// Longer than a busy machine needs for anything here.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// The arguments of a usual web application.
pub(crate) const CALLBACK: [&str; 2] = ["--redirect-uri", "https://app.example/cb"];

/// A database, a sealing key and settings, before anything runs.
pub(crate) struct Installation {
    place: Place,
    folder: TempDir,
    environment: BTreeMap<String, String>,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A running `signet serve`; it is killed when it is dropped.
pub(crate) struct Running {
    child: Child,
    log: PathBuf,
}

impl Installation {
    pub(crate) fn fresh() -> Self {
        let (place, folder) = (Place::fresh(), tempfile::tempdir().unwrap());
        let mut installation = Self { place, folder, environment: BTreeMap::new() };
        let url = installation.place.url();
        if !url.starts_with("sqlite:") {
            // Only a new SQLite database brings a sealing key with it.
            installation.set("SIGNET_SEALING_KEY", SealingRing::generate().reveal());
        }
        let keys = installation.place.keys();
        installation.set("SIGNET_DATABASE__URL", &url);
        installation.set("SIGNET_KEYS__DIRECTORY", keys.to_str().unwrap());
        installation.set("SIGNET_DATABASE__WAIT_MILLISECONDS", "20000");
        installation.set("SIGNET_DATABASE__STATEMENT_SECONDS", "60");
        installation.set("SIGNET_PASSWORDS__MEMORY_KIB", "8");
        installation.set("SIGNET_PASSWORDS__ITERATIONS", "1");
        installation.listen_elsewhere();
        installation
    }

    /// An environment variable of the program.
    pub(crate) fn set(&mut self, variable: &str, value: &str) -> &mut Self {
        self.environment.insert(variable.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn environment(&self) -> &BTreeMap<String, String> {
        &self.environment
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.place, Place::Sqlite { .. })
    }

    pub(crate) fn sealing_file(&self) -> PathBuf {
        self.place.keys().join("sealing.key")
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.environment["SIGNET_ISSUER"]
    }

    /// Puts a wire between the program and PostgreSQL; `None` for SQLite.
    pub(crate) fn through_a_wire(&mut self) -> Option<Wire> {
        let (wire, url) = Wire::to(&DatabaseUrl::parse(&self.place.url()).unwrap())?;
        self.set("SIGNET_DATABASE__URL", url.as_str());
        Some(wire)
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with(arguments, "")
    }

    /// The same with something on standard input.
    pub(crate) fn run_with(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A command that does not read has closed the pipe by now.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn serve(&mut self) -> Running {
        for _ in 0..5 {
            let running = self.spawn();
            match self.becomes_ready(running).await {
                Ok(running) => return running,
                Err(log) if log.contains("in use") => self.listen_elsewhere(),
                Err(log) => panic!("the server did not start: {log}"),
            }
        }
        panic!("no port is free")
    }

    /// The same at the address that it had before.
    pub(crate) async fn serve_again(&self) -> Running {
        let running = self.spawn();
        self.becomes_ready(running).await.unwrap_or_else(|log| panic!("the server did not start again: {log}"))
    }

    /// What the harness needs to talk to the server. Its core belongs to a database of its own: the program's
    /// is touched by the program alone.
    pub(crate) async fn site(&self) -> Site {
        let sources = Sources { environment: self.environment.clone(), ..Sources::default() };
        let settings = Settings::load(&sources).unwrap();
        let scratch = format!("sqlite://{}", self.folder.path().join("scratch.db").display());
        let opened = tokio::task::spawn_blocking(move || {
            let store = Store::open(&Options::new(scratch)).unwrap();
            let ring = SealingRing::parse(SealingRing::generate().reveal()).unwrap();
            Core::new(settings, store, ring, Clock::System).unwrap()
        });
        Site {
            core: opened.await.unwrap(),
            base: self.issuer().to_owned(),
            issuer: self.issuer().to_owned(),
            http: http(),
        }
    }

    /// Registers a client by the command line.
    pub(crate) fn client(&self, site: &Site, arguments: &[&str]) -> TestClient {
        let command = [&["client", "create", "--json", "--name", "Example App"], arguments].concat();
        let made = self.run(&command).expect_success().json();
        let text = |name: &str| made[name].as_str().unwrap_or_default().to_owned();
        TestClient {
            id: text("client_id"),
            secret: made["client_secret"].as_str().map(str::to_owned),
            redirect_uri: made["redirect_uris"][0].as_str().unwrap_or_default().to_owned(),
            scope: text("scope"),
            auth: Auth::Basic,
            site: site.clone(),
        }
    }

    /// Makes an account by the command line.
    pub(crate) fn user(&self, site: &Site, name: &str) -> TestUser {
        let email = format!("{name}@example.com");
        let command = ["user", "create", "--json", "--password-stdin", "--email", &email, "--username", name];
        let made = self.run_with(&command, PASSWORD).expect_success().json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let browser = Browser::new(site.clone());
        TestUser { id: text("id"), email: text("email"), browser, site: site.clone() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signet"));
        command.args(arguments).env_clear().envs(&self.environment).current_dir(self.folder.path());
        command
    }

    fn spawn(&self) -> Running {
        let log = self.folder.path().join("server.log");
        let mut command = self.command(&["serve", "--migrate"]);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        Running { child: command.spawn().unwrap(), log }
    }

    /// `Err`: it has ended, and this is its log.
    async fn becomes_ready(&self, mut running: Running) -> Result<Running, String> {
        let (http, address) = (http(), format!("{}/readyz", self.issuer()));
        let deadline = Instant::now() + PATIENCE;
        loop {
            if running.child.try_wait().unwrap().is_some() {
                return Err(running.log());
            }
            let answer = http.get(&address).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                return Ok(running);
            }
            assert!(Instant::now() < deadline, "never ready: {}", running.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A port below those that the kernel hands out by itself, so that it is still free after a restart.
    fn listen_elsewhere(&mut self) {
        static TRIED: AtomicU16 = AtomicU16::new(0);
        let start = u16::try_from(process::id() % 10_000).unwrap();
        let free = std::iter::repeat_with(|| TRIED.fetch_add(1, Ordering::Relaxed)).take(10_000).find_map(|step| {
            let port = 20_000 + (start + step.wrapping_mul(7) % 10_000) % 10_000;
            TcpListener::bind(("127.0.0.1", port)).is_ok().then_some(port)
        });
        let address = format!("127.0.0.1:{}", free.expect("a free port"));
        self.set("SIGNET_HTTP__LISTEN", &address).set("SIGNET_ISSUER", &format!("http://{address}"));
    }
}

fn http() -> reqwest::Client {
    let redirect = reqwest::redirect::Policy::none();
    reqwest::Client::builder().redirect(redirect).no_proxy().tls_certs_only([]).build().unwrap()
}

impl Running {
    /// `kill -9`: nothing of the program gets to run.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The exit code, once there is one.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        self.child.try_wait().unwrap().and_then(|status| status.code())
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Ran {
    #[track_caller]
    pub(crate) fn expect_success(&self) -> &Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }

    /// Refused with this exit code, for a reason that stands on standard error alone.
    #[track_caller]
    pub(crate) fn expect_failure(&self, code: i32, reason: &str) -> &Self {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.stderr.contains(reason), "{self:?}");
        assert_eq!(self.stdout, "");
        self
    }

    /// The one JSON document on standard output.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Asks again and again until the answer is yes; how long that takes is the machine's affair.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !ask().await {
        assert!(Instant::now() < deadline, "never {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

//! A server in this process, on a port of its own, with a clock that is moved by hand.

use std::{
    net::TcpListener,
    sync::{Arc, OnceLock, mpsc},
    thread::JoinHandle,
};

use actix_web::dev::ServerHandle;
use reqwest::{Method, redirect::Policy};
use signet::{
    app::{self, Migrate},
    config::{
        Issuer, Settings,
        database::DatabaseUrl,
        limits::{Free, LimitSettings, Rate, Tries},
    },
    crypto::{
        keyring::{self, NewKey},
        seal::SealingRing,
    },
    domain::{
        key::SigningKey,
        time::{Seconds, Timestamp},
    },
    http::app::Mode,
    server,
    services::{admin::demo, clock::Clock, core::Core, keys},
    store::signing_keys,
};

use super::{Answer, Browser, ClientBuilder, Request, TestClient, TestUser, database::Place};

/// Where every test's clock starts.
pub(crate) const START: Timestamp = Timestamp::from_unix(1_800_000_000);

/// What everybody needs who talks to the server; cheap to clone.
#[derive(Clone)]
pub(crate) struct Site {
    pub(crate) core: Core,
    pub(crate) issuer: String,
    /// Where it really listens; another address than the issuer's where a proxy would stand before it.
    pub(crate) base: String,
    pub(crate) http: reqwest::Client,
}

/// A running server; it stops and its database goes when it is dropped.
pub(crate) struct Server {
    pub(crate) site: Site,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    /// Gone with the server.
    _place: Arc<Place>,
}

/// The usual three: a server, a confidential web application, and Alice.
pub(crate) async fn cast() -> (Server, TestClient, TestUser) {
    let server = Server::start().await;
    let (app, alice) = (server.client().create().await, server.user("alice").await);
    (server, app, alice)
}

enum Life {
    Production,
    Development,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// With other settings.
    pub(crate) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::run("", change, Life::Production).await
    }

    /// As `signet dev` runs it, with its user and its clients; their secrets are made when it starts.
    pub(crate) async fn dev() -> Self {
        Self::run("", |_| {}, Life::Development).await
    }

    /// The issuer is `http://127.0.0.1:PORT{path}`.
    pub(crate) async fn at_path(path: &str) -> Self {
        Self::run(path, |_| {}, Life::Production).await
    }

    async fn run(path: &str, change: impl FnOnce(&mut Settings), life: Life) -> Self {
        let place = Arc::new(Place::fresh());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}{path}", listener.local_addr().unwrap());
        let mut settings = settings(&place, &base);
        change(&mut settings);
        let issuer = settings.issuer.as_str().to_owned();
        let core = tokio::task::spawn_blocking(|| prepare(settings)).await.unwrap();
        let mode = match life {
            Life::Production => Mode::Serve,
            Life::Development => Mode::Dev(demo::ensure(&core).await.unwrap().into()),
        };
        let (handle, thread) = spawn(listener, core.clone(), mode);
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().tls_certs_only([]).build().unwrap();
        let site = Site { core, issuer, base, http };
        Self { site, handle, thread: Some(thread), _place: place }
    }

    pub(crate) fn client(&self) -> ClientBuilder {
        ClientBuilder::new(self.site.clone())
    }

    /// A user with a verified address `{name}@example.com` and a browser of their own.
    pub(crate) async fn user(&self, name: &str) -> TestUser {
        TestUser::create(self.site.clone(), name).await
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.site.clone())
    }

    pub(crate) fn now(&self) -> i64 {
        self.site.core.clock.now().unix()
    }

    /// Moves the clock, and lets the keyring be refreshed as the job would have done meanwhile.
    pub(crate) async fn advance(&self, by: Seconds) {
        self.site.core.clock.advance(by);
        self.site.core.run(keys::reload).await.unwrap();
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> Request {
        self.site.request(method, path)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.request(Method::GET, path).await
    }
}

impl Site {
    pub(crate) fn request(&self, method: Method, path: &str) -> Request {
        Request::new(self.clone(), method, path)
    }

    /// A path below the issuer as an address; an address stays what it is.
    pub(super) fn address(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    /// The issuer without its path.
    pub(crate) fn origin(&self) -> String {
        self.core.settings.issuer.origin().to_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The order is sent at once; only its answer would have to be awaited.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

fn settings(place: &Place, issuer: &str) -> Settings {
    let mut settings = Settings { issuer: Issuer::parse(issuer).unwrap(), ..Settings::default() };
    settings.database.url = DatabaseUrl::parse(&place.url()).unwrap();
    // Patience for a busy machine.
    settings.database.wait_milliseconds = 20_000;
    settings.database.statement_seconds = Seconds(60);
    settings.keys.directory = place.keys();
    settings.keys.sealing_key = Some(SealingRing::generate());
    settings.mail.folder = place.letters();
    settings.http.workers = 1;
    settings.passwords.memory_kib = 8;
    settings.passwords.iterations = 1;
    let generous = Rate { burst: 100_000, per_minute: 100_000 };
    settings.limits = LimitSettings {
        node_per_address: generous,
        node_per_account: generous,
        tries: Tries::all(Free { per_address: 100_000, per_account: 100_000 }),
        ..LimitSettings::default()
    };
    settings
}

fn prepare(settings: Settings) -> Core {
    let core = app::open(settings, Clock::manual(START), Migrate::Always).unwrap();
    keep_ready_made_key(&core);
    app::ready(&core).unwrap();
    core
}

/// Making an RSA key takes a moment: all servers of one run start with the same.
fn keep_ready_made_key(core: &Core) {
    static MADE: OnceLock<NewKey> = OnceLock::new();
    let made = MADE.get_or_init(|| keyring::generate().unwrap());
    let key = SigningKey {
        kid: made.kid.clone(),
        algorithm: made.algorithm.to_owned(),
        public_jwk: made.public_jwk.clone(),
        sealed_private: made.sealed(&core.ring),
        created_at: START,
        activates_at: START,
        retires_at: None,
        gone_at: None,
    };
    assert!(core.store.write(|db| signing_keys::insert(db, &key)).unwrap());
}

/// The server has a thread and a runtime of its own, so that it can be stopped when the test's are gone.
fn spawn(listener: TcpListener, core: Core, mode: Mode) -> (ServerHandle, JoinHandle<()>) {
    let (started, handle) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let bound = server::on(listener, &core, mode).unwrap();
            started.send(bound.server.handle()).unwrap();
            drop(core);
            bound.server.await.unwrap();
        });
    });
    (handle.recv().unwrap(), thread)
}

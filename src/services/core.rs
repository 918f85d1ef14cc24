//! What every use case is given: settings, store, keys, clock; and the way to the worker threads.

use std::{io, ops::Deref, sync::Arc};

use tracing::Span;

use super::{
    clients::ClientCache,
    clock::Clock,
    doctor::Examined,
    fault::Fault,
    federation::directory::Directories,
    keys::Keys,
    limits::Limits,
    mail::Outbox,
    refused::Ring,
    registry::Registry,
    threads::{Threads, cores},
    usage::Counters,
};
use crate::{
    config::{Settings, passwords::PasswordSettings},
    crypto::{
        passwords::{self, Cost},
        random,
        seal::SealingRing,
    },
    domain::secret::Secret,
    outbound::oidc::Upstream,
    store::Store,
};

/// A handle to the parts; cheap to clone.
#[derive(Clone)]
pub struct Core(Arc<Parts>);

/// The parts, put together once by `app.rs`.
pub struct Parts {
    pub settings: Settings,
    pub store: Store,
    pub ring: SealingRing,
    pub clock: Clock,
    pub keys: Keys,
    pub clients: ClientCache,
    pub registry: Registry,
    pub limits: Limits,
    /// The tokens that were issued since the last flush.
    pub usage: Counters,
    pub refused: Ring,
    pub outbox: Outbox,
    pub directories: Directories,
    /// What the doctor said lately.
    pub examined: Examined,
    /// The providers of the settings, in their order.
    pub upstreams: Vec<Upstream>,
    /// What this node calls itself in the leases.
    pub node: String,
    workers: Threads,
    /// Passwords are hashed apart, so that a storm of logins does not delay `/token`.
    hashers: Threads,
    decoy: String,
}

impl Deref for Core {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Core {
    /// Puts the parts together; hashes one decoy password, which takes a moment.
    pub fn new(settings: Settings, store: Store, ring: SealingRing, clock: Clock) -> Result<Self, Fault> {
        let decoy = passwords::decoy(&cost(&settings.passwords))?;
        let workers = or_else(settings.http.threads, || threads_for(&store));
        let hashers = or_else(settings.passwords.hashers, cores);
        let queue = settings.http.admission;
        Ok(Self(Arc::new(Parts {
            keys: Keys::empty(),
            clients: ClientCache::new(&settings.clients),
            registry: Registry::empty(),
            limits: Limits::new(&settings.limits),
            usage: Counters::default(),
            refused: Ring::default(),
            outbox: Outbox::default(),
            directories: Directories::open(&settings.directories)?,
            examined: Examined::default(),
            upstreams: settings.providers.iter().cloned().map(Upstream::new).collect(),
            node: random::token().reveal().clone(),
            workers: Threads::start("worker", workers, queue).map_err(|error| no_threads(&error))?,
            hashers: Threads::start("hasher", hashers, queue).map_err(|error| no_threads(&error))?,
            decoy,
            settings,
            store,
            ring,
            clock,
        })))
    }

    /// Runs synchronous work on the worker threads; beyond the admission limit it is [`Fault::Unavailable`] at once.
    pub async fn run<T, E>(&self, work: impl FnOnce(&Self) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let core = self.clone();
        let request = Span::current();
        self.workers.run(move || request.in_scope(|| work(&core))).await?
    }

    /// Hashes a password on the hashers' own threads.
    pub async fn hash_password(&self, password: Secret<String>) -> Result<String, Fault> {
        let cost = self.password_cost();
        Ok(self.hashers.run(move || passwords::hash(&cost, password.reveal())).await??)
    }

    /// Verifies a password; without a hash the same work is done on a decoy, and the answer is no.
    pub async fn verify_password(&self, password: Secret<String>, phc: Option<String>) -> Result<bool, Fault> {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.decoy.clone());
        let right = self.hashers.run(move || passwords::verify(password.reveal(), &phc)).await?;
        Ok(known && right)
    }

    /// What a new hash costs.
    pub fn password_cost(&self) -> Cost {
        cost(&self.settings.passwords)
    }
}

fn cost(settings: &PasswordSettings) -> Cost {
    Cost { memory_kib: settings.memory_kib, iterations: settings.iterations, lanes: settings.lanes }
}

fn no_threads(error: &io::Error) -> Fault {
    Fault::Broken(format!("no threads: {error}"))
}

fn or_else(set: usize, automatic: impl FnOnce() -> usize) -> usize {
    if set == 0 { automatic() } else { set }
}

/// `SQLite` and signatures are all work, and more threads than cores only take turns; `PostgreSQL` is mostly waited for.
fn threads_for(store: &Store) -> usize {
    if store.is_sqlite() { cores() } else { cores().saturating_mul(8) }
}

//! What every use case is given: settings, store, keys, clock; and the way into the blocking pool.

use std::{ops::Deref, sync::Arc};

use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
};
use tracing::Span;

use super::{clients::ClientCache, clock::Clock, fault::Fault, keys::Keys, limits::Limits, registry::Registry};
use crate::{
    config::{Settings, passwords::PasswordSettings},
    crypto::{
        passwords::{self, Cost},
        random,
        seal::SealingRing,
    },
    domain::secret::Secret,
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
    /// What this node calls itself in the leases.
    pub node: String,
    admission: Arc<Semaphore>,
    hashers: Arc<Semaphore>,
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
        let hashers = match settings.passwords.hashers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            set => set,
        };
        Ok(Self(Arc::new(Parts {
            keys: Keys::empty(),
            clients: ClientCache::new(&settings.clients),
            registry: Registry::empty(),
            limits: Limits::new(&settings.limits),
            node: random::token().reveal().clone(),
            admission: Arc::new(Semaphore::new(settings.http.admission)),
            hashers: Arc::new(Semaphore::new(hashers)),
            decoy,
            settings,
            store,
            ring,
            clock,
        })))
    }

    /// Runs synchronous work in the blocking pool. Beyond the admission limit the answer is at once
    /// [`Fault::Unavailable`]: one slow database must not park every thread.
    pub async fn run<T, E>(&self, work: impl FnOnce(&Self) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
    {
        let Ok(admitted) = Arc::clone(&self.admission).try_acquire_owned() else {
            return Err(Fault::Unavailable("too many requests are being worked on".into()).into());
        };
        let core = self.clone();
        let request = Span::current();
        let done = spawn_blocking(move || {
            let _admitted = admitted;
            request.in_scope(|| work(&core))
        });
        done.await.map_err(stopped)?
    }

    /// Hashes a password in the hashers' own small pool.
    pub async fn hash_password(&self, password: Secret<String>) -> Result<String, Fault> {
        let cost = self.password_cost();
        Ok(self.hasher(move || passwords::hash(&cost, password.reveal())).await??)
    }

    /// Verifies a password; without a hash the same work is done on a decoy, and the answer is no.
    pub async fn verify_password(&self, password: Secret<String>, phc: Option<String>) -> Result<bool, Fault> {
        let known = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.decoy.clone());
        let right = self.hasher(move || passwords::verify(password.reveal(), &phc)).await?;
        Ok(known && right)
    }

    /// What a new hash costs.
    pub fn password_cost(&self) -> Cost {
        cost(&self.settings.passwords)
    }

    async fn hasher<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let closed = |_| Fault::Unavailable("the server is stopping".into());
        let turn = Arc::clone(&self.hashers).acquire_owned().await.map_err(closed)?;
        let done = spawn_blocking(move || {
            let _turn = turn;
            work()
        });
        done.await.map_err(stopped)
    }
}

fn cost(settings: &PasswordSettings) -> Cost {
    Cost { memory_kib: settings.memory_kib, iterations: settings.iterations, lanes: settings.lanes }
}

fn stopped(error: JoinError) -> Fault {
    Fault::Broken(format!("a worker stopped: {error}"))
}

//! The pools: one writer beside the readers on SQLite, one pool for all on PostgreSQL; reads and transactions run here.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use diesel::r2d2::R2D2Connection;
use r2d2::{ManageConnection, NopErrorHandler, Pool, PooledConnection};
use scheduled_thread_pool::ScheduledThreadPool;

use super::{
    connection::{Db, Options, Purpose, Target},
    error::StoreError,
};

/// A connection that lay idle for longer is tried before it is used: firewalls forget quiet connections.
const TRUSTED_IDLE: Duration = Duration::from_secs(20);

/// The database. Cheap to clone; every clone shares the pools.
#[derive(Clone)]
pub struct Store {
    readers: Pool<Connector>,
    writers: Pool<Connector>,
    health: Arc<Health>,
    target: Target,
    options: Options,
}

struct Connector {
    target: Target,
    options: Options,
    purpose: Purpose,
    health: Arc<Health>,
}

/// What the connections know of each other.
#[derive(Default)]
struct Health {
    /// How many connections broke: one that has not been used since the last loss is tried before it is used.
    losses: AtomicU64,
    /// The last attempt to connect failed.
    unreachable: AtomicBool,
}

struct Link {
    db: Db,
    losses_seen: u64,
    used: Instant,
}

impl Store {
    /// Opens SQLite's file at once; PostgreSQL when it is first needed, so that the server starts while it is away.
    pub fn open(options: &Options) -> Result<Self, StoreError> {
        let target = Target::parse(&options.url)?;
        let health = Arc::new(Health::default());
        // One thread opens all connections; without this each pool would keep three of its own.
        let threads = Arc::new(ScheduledThreadPool::builder().num_threads(1).thread_name_pattern("store-{}").build());
        let pool = |purpose, size| {
            let connector =
                Connector { target: target.clone(), options: options.clone(), purpose, health: health.clone() };
            let remote = matches!(target, Target::Postgres(_));
            Pool::builder()
                .max_size(size)
                .min_idle(Some(0))
                .test_on_check_out(remote)
                .idle_timeout(remote.then(|| Duration::from_secs(600)))
                .max_lifetime(remote.then(|| Duration::from_secs(1800)))
                .connection_timeout(options.wait)
                .error_handler(Box::new(NopErrorHandler))
                .thread_pool(Arc::clone(&threads))
                .build_unchecked(connector)
        };
        let readers = pool(Purpose::Read, options.readers.max(1));
        let writers = match &target {
            Target::Postgres(_) => readers.clone(),
            Target::Sqlite(_) => {
                target.connect(options, Purpose::Write)?;
                pool(Purpose::Write, 1)
            }
        };
        Ok(Self { readers, writers, health, target, options: options.clone() })
    }

    /// Runs queries outside a transaction; on SQLite a write in here fails.
    pub fn read<T>(&self, f: impl FnOnce(&mut Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut link = self.check_out(&self.readers)?;
        f(&mut link.db).map_err(|error| link.explain(error))
    }

    /// Runs one transaction: `Ok` commits, `Err` rolls back.
    pub fn write<T>(&self, f: impl FnOnce(&mut Db) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut link = self.check_out(&self.writers)?;
        let done = link.db.begin().and_then(|()| match f(&mut link.db) {
            Ok(value) => link.db.commit().map(|()| value),
            Err(error) => {
                // A failed roll-back leaves the connection unfit, and the pool drops it.
                let _ = link.db.rollback();
                Err(error)
            }
        });
        done.map_err(|error| link.explain(error))
    }

    pub const fn is_sqlite(&self) -> bool {
        matches!(self.target, Target::Sqlite(_))
    }

    /// Asks the database for a sign of life.
    pub fn ping(&self) -> Result<(), StoreError> {
        self.read(|db| Ok(db.ping()?))
    }

    /// A connection beside the pools, for work that changes its settings.
    pub(super) fn connect_apart(&self) -> Result<Db, StoreError> {
        self.target.connect(&self.options, Purpose::Write)
    }

    fn check_out(&self, pool: &Pool<Connector>) -> Result<PooledConnection<Connector>, StoreError> {
        // While nothing connects the pool keeps trying by itself: waiting here would only park this thread.
        if self.health.unreachable.load(Ordering::Relaxed) && pool.state().connections == 0 {
            return Err(StoreError::Unavailable("the last attempt to connect failed".to_owned()));
        }
        pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
    }
}

impl ManageConnection for Connector {
    type Connection = Link;
    type Error = StoreError;

    fn connect(&self) -> Result<Link, StoreError> {
        let losses_seen = self.health.losses.load(Ordering::Relaxed);
        let connected = self.target.connect(&self.options, self.purpose);
        self.health.unreachable.store(connected.is_err(), Ordering::Relaxed);
        connected.map(|db| Link { db, losses_seen, used: Instant::now() })
    }

    /// Costs a round trip only where there is a reason to doubt.
    fn is_valid(&self, link: &mut Link) -> Result<(), StoreError> {
        let losses = self.health.losses.load(Ordering::Relaxed);
        if link.losses_seen != losses || link.used.elapsed() > TRUSTED_IDLE {
            link.db.ping()?;
            link.losses_seen = losses;
        }
        Ok(())
    }

    fn has_broken(&self, link: &mut Link) -> bool {
        link.used = Instant::now();
        let broken = std::thread::panicking() || link.db.is_unfit();
        if broken {
            self.health.losses.fetch_add(1, Ordering::Relaxed);
        }
        broken
    }
}

impl Link {
    /// Whatever the error says, on a lost connection it means that the database is away.
    fn explain(&mut self, error: StoreError) -> StoreError {
        match error {
            StoreError::Fault(cause) if self.db.is_unfit() => StoreError::Unavailable(cause.to_string()),
            other => other,
        }
    }
}

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
                .idle_timeout(remote.then(|| Duration::from_mins(10)))
                .max_lifetime(remote.then(|| Duration::from_mins(30)))
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
        let done = link.db.begin().and_then(|()| {
            let done = f(&mut link.db).and_then(|value| link.db.commit().map(|()| value));
            if done.is_err() {
                // A failed roll-back leaves the connection unfit, and the pool drops it.
                let _ = link.db.rollback();
            }
            done
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

#[cfg(test)]
mod tests {
    use std::{os::unix::fs::PermissionsExt, sync::mpsc, thread};

    use super::{
        super::{
            leases, sealing, sessions,
            testing::{NOW, Place, after, on_each, session, user},
        },
        *,
    };

    #[test]
    fn an_error_rolls_back_and_the_connection_goes_on() {
        on_each(|store| {
            let failed = store.write(|db| {
                sealing::insert_fingerprint(db, "lost")?;
                Err::<(), _>(StoreError::fault("stop"))
            });
            assert!(matches!(failed, Err(StoreError::Fault(_))));
            assert!(store.write(|db| sealing::insert_fingerprint(db, "kept")).unwrap());
            assert_eq!(store.read(sealing::fingerprints).unwrap(), ["kept"]);
        });
    }

    /// What PostgreSQL rolled back behind the caller's back must not be told as written.
    #[test]
    fn a_swallowed_error_is_no_commit() {
        let Some(place) = Place::postgres() else { return };
        let store = place.migrated();
        let told = store.write(|db| {
            sealing::insert_fingerprint(db, "lost")?;
            let _ = sessions::insert(db, &session(1, &user(1)));
            Ok(())
        });
        assert!(matches!(told, Err(StoreError::Fault(_))), "{told:?}");
        assert!(store.write(|db| sealing::insert_fingerprint(db, "kept")).unwrap());
        assert_eq!(store.read(sealing::fingerprints).unwrap(), ["kept"]);
    }

    #[test]
    fn a_panic_rolls_back_and_the_next_transaction_works() {
        on_each(|store| {
            let other = store.clone();
            let panicked = thread::spawn(move || {
                other.write(|db| -> Result<(), StoreError> {
                    sealing::insert_fingerprint(db, "lost")?;
                    panic!("on purpose")
                })
            });
            assert!(panicked.join().is_err());
            assert!(store.write(|db| sealing::insert_fingerprint(db, "kept")).unwrap());
            assert_eq!(store.read(sealing::fingerprints).unwrap(), ["kept"]);
        });
    }

    #[test]
    fn a_busy_pool_is_unavailable_after_the_wait() {
        let place = Place::sqlite();
        place.migrated();
        let store = Store::open(&Options { wait: Duration::from_millis(50), ..place.options() }).unwrap();
        let (held, holding) = mpsc::channel();
        let (release, released) = mpsc::channel::<()>();
        let other = store.clone();
        let holder = thread::spawn(move || {
            other.write(|_| {
                held.send(()).unwrap();
                let _ = released.recv();
                Ok(())
            })
        });
        holding.recv().unwrap();
        assert!(matches!(store.write(|_| Ok(())), Err(StoreError::Unavailable(_))));
        assert!(store.ping().is_ok(), "a writer must not keep readers waiting");
        release.send(()).unwrap();
        holder.join().unwrap().unwrap();
        assert!(store.write(|_| Ok(())).is_ok());
    }

    #[test]
    fn sqlite_refuses_a_write_outside_a_transaction() {
        let store = Place::sqlite().migrated();
        assert!(store.read(|db| leases::acquire(db, "purge", "me", NOW, after(1))).is_err());
    }

    #[test]
    fn a_new_file_is_readable_to_its_owner_alone() {
        let place = Place::sqlite();
        let store = place.migrated();
        let Target::Sqlite(path) = &store.target else { panic!("not a file") };
        let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path), 0o600);
        assert_eq!(mode(&path.with_extension("db-wal")), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
    }

    #[test]
    fn a_database_that_is_away_does_not_stop_the_start_and_is_unavailable() {
        // Port 1 of the loopback refuses.
        let store = Store::open(&Options::new("postgres://nobody@127.0.0.1:1/none")).unwrap();
        assert!(matches!(store.ping(), Err(StoreError::Unavailable(_))));
        let began = Instant::now();
        assert!(matches!(store.write(|_| Ok(())), Err(StoreError::Unavailable(_))));
        assert!(began.elapsed() < Duration::from_millis(100), "a known outage parks nobody");
    }

    /// All connections of the pool are lost at once: one request may fail, the next must not.
    #[test]
    fn after_a_lost_connection_the_next_request_works() {
        let Some(place) = Place::postgres() else { return };
        let store = place.migrated();
        let open = thread::scope(|scope| {
            let racers: Vec<_> = (0..5)
                .map(|_| {
                    scope.spawn(|| {
                        store.read(|db| {
                            thread::sleep(Duration::from_millis(100));
                            Ok(db.ping()?)
                        })
                    })
                })
                .collect();
            racers.into_iter().filter_map(|racer| racer.join().unwrap().ok()).count()
        });
        assert_eq!(open, 5);
        place.disconnect_everybody();
        assert!(matches!(store.ping(), Err(StoreError::Unavailable(_))));
        for _ in 0..10 {
            assert!(store.write(|db| Ok(db.ping()?)).is_ok());
        }
    }
}

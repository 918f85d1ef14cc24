//! The ways to a database, so that a test can block them: its connections, and the wire that they run over.

use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread::{self, JoinHandle},
};

use signet::{config::database::DatabaseUrl, services::core::Core, store::StoreError};
use url::Url;

/// Every connection of a server in use: nobody gets one until it is dropped.
pub(crate) struct Busy(Vec<(mpsc::Sender<()>, JoinHandle<()>)>);

/// Passes everything between a server and PostgreSQL, as long as it is not cut.
pub(crate) struct Wire {
    address: String,
    state: Arc<State>,
}

struct State {
    is_cut: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Busy {
    pub(crate) fn all(core: &Core) -> Self {
        let readers = usize::try_from(core.settings.database.readers).unwrap();
        let mut held: Vec<_> = (0..readers).map(|_| hold(core, |core, wait| core.store.read(|_| wait()))).collect();
        if core.store.is_sqlite() {
            held.push(hold(core, |core, wait| core.store.write(|_| wait())));
        }
        Self(held)
    }
}

type Wait<'a> = &'a dyn Fn() -> Result<(), StoreError>;

fn hold(core: &Core, take: fn(&Core, Wait<'_>) -> Result<(), StoreError>) -> (mpsc::Sender<()>, JoinHandle<()>) {
    let (core, (taken, told), (release, released)) = (core.clone(), mpsc::channel(), mpsc::channel::<()>());
    let holder = thread::spawn(move || {
        let wait = || {
            taken.send(()).unwrap();
            // Nobody sends: the other end is dropped.
            let _ = released.recv();
            Ok(())
        };
        take(&core, &wait).unwrap();
    });
    told.recv().unwrap();
    (release, holder)
}

impl Drop for Busy {
    fn drop(&mut self) {
        for (release, holder) in self.0.drain(..) {
            drop(release);
            holder.join().unwrap();
        }
    }
}

impl Wire {
    /// `None` for SQLite: there is no wire.
    pub(crate) fn to(url: &DatabaseUrl) -> Option<(Self, DatabaseUrl)> {
        if url.sqlite_path().is_some() {
            return None;
        }
        let mut through = Url::parse(url.as_str()).unwrap();
        let target = format!("{}:{}", through.host_str().unwrap(), through.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let own = listener.local_addr().unwrap();
        let state = Arc::new(State { is_cut: AtomicBool::new(false), open: Mutex::default() });
        let passing = Arc::clone(&state);
        thread::spawn(move || accept(&listener, &target, &passing));
        through.set_host(Some("127.0.0.1")).unwrap();
        through.set_port(Some(own.port())).unwrap();
        Some((Self { address: own.to_string(), state }, DatabaseUrl::parse(through.as_str()).unwrap()))
    }

    /// Every connection breaks off, and no new one comes to anything.
    pub(crate) fn cut(&self) {
        self.state.is_cut.store(true, Ordering::SeqCst);
        for stream in self.state.open.lock().unwrap().drain(..) {
            // The other side may have been quicker.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn mend(&self) {
        self.state.is_cut.store(false, Ordering::SeqCst);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.cut();
        // Wakes the thread that accepts, which then sees that nobody is left.
        let _ = TcpStream::connect(&self.address);
    }
}

fn accept(listener: &TcpListener, target: &str, state: &Arc<State>) {
    for client in listener.incoming() {
        if Arc::strong_count(state) == 1 {
            return;
        }
        let client = client.unwrap();
        let mut open = state.open.lock().unwrap();
        if state.is_cut.load(Ordering::SeqCst) {
            continue;
        }
        let server = TcpStream::connect(target).unwrap();
        for (from, to) in [(&client, &server), (&server, &client)] {
            let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
            open.push(from.try_clone().unwrap());
            thread::spawn(move || {
                // Whichever end closes, or breaks, takes the other with it.
                let _ = io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
    }
}

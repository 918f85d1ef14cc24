//! A fixed number of threads with a bounded queue: beyond it the answer is no at once, so that one slow part
//! parks neither the event loop nor its own callers.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
};

use crossbeam_channel::{Sender, bounded};
use tokio::sync::oneshot;

use super::fault::Fault;

type Job = Box<dyn FnOnce() + Send>;

/// The threads end when this is dropped.
pub struct Threads(Sender<Job>);

impl Threads {
    pub fn start(name: &str, count: usize, queue: usize) -> io::Result<Self> {
        let (sender, jobs) = bounded::<Job>(queue);
        for _ in 0..count {
            let jobs = jobs.clone();
            thread::Builder::new().name(name.to_owned()).spawn(move || {
                for job in jobs {
                    // The caller sees its answer missing; the thread goes on.
                    drop(catch_unwind(AssertUnwindSafe(job)));
                }
            })?;
        }
        Ok(Self(sender))
    }

    /// Does the work on one of the threads.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Fault> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move || drop(answer.send(work())));
        if self.0.try_send(job).is_err() {
            return Err(Fault::Unavailable("too many requests are being worked on".to_owned()));
        }
        answered.await.map_err(|gone| Fault::Broken(format!("a worker stopped: {gone}")))
    }
}

/// As many as the machine has cores.
pub fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn what_stands_beyond_the_queue_is_refused_at_once() {
        let threads = Threads::start("test", 1, 1).unwrap();
        let (release, held) = mpsc::channel::<()>();
        let (begun, begins) = mpsc::channel();
        let working = threads.run(move || {
            begun.send(()).unwrap();
            held.recv().unwrap();
        });
        let refused = async {
            tokio::task::yield_now().await;
            begins.recv().unwrap();
            let (queued, refused) = (threads.run(|| 1), threads.run(|| 2));
            let both = async { tokio::join!(queued, refused) };
            let told = async {
                tokio::task::yield_now().await;
                release.send(()).unwrap();
            };
            tokio::join!(both, told).0
        };
        let (done, (queued, refused)) = tokio::join!(working, refused);
        assert!(done.is_ok() && queued.is_ok_and(|one| one == 1));
        assert!(matches!(refused, Err(Fault::Unavailable(_))));
    }

    #[tokio::test]
    async fn a_job_that_panics_takes_no_thread_with_it() {
        let threads = Threads::start("test", 1, 4).unwrap();
        assert!(matches!(threads.run(|| panic!("on purpose")).await, Err(Fault::Broken(_))));
        assert!(threads.run(|| 7).await.is_ok_and(|seven| seven == 7));
    }
}

//! What happens by itself: the keyring is read again, keys are rotated, letters are sent, clients' usage is written, the
//! audit log is chained, what has expired is purged.

mod audit;
mod keyring;
mod outbox;
mod purge;
mod rotation;
mod usage;

use std::{fmt::Display, future::Future, time::Duration};

use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::services::core::Core;

/// The jobs that run; they end when this is dropped.
pub struct Jobs {
    core: Core,
    outbox: JoinSet<()>,
    _others: JoinSet<()>,
}

/// Starts every job.
pub fn start(core: &Core) -> Jobs {
    let mut jobs = JoinSet::new();
    let settings = &core.settings;
    let refresh = crate::config::duration(settings.keys.refresh_seconds);
    jobs.spawn(every(refresh, core.clone(), keyring::run));
    jobs.spawn(every(Duration::from_mins(5), core.clone(), rotation::run));
    jobs.spawn(every(Duration::from_mins(1), core.clone(), purge::run));
    jobs.spawn(every(Duration::from_mins(1), core.clone(), usage::run));
    jobs.spawn(every(Duration::from_secs(10), core.clone(), audit::run));
    let mut outbox = JoinSet::new();
    outbox.spawn(outbox::run(core.clone()));
    Jobs { core: core.clone(), outbox, _others: jobs }
}

impl Jobs {
    /// Waits for the letter under way, as long as for a request: one that is cut off would come twice. What was counted
    /// since the last minute is written.
    pub async fn stop(mut self) {
        let patience = crate::config::duration(self.core.settings.http.shutdown_seconds);
        self.core.outbox.close();
        tracing::info!("the jobs end");
        // What is not done by then is cut off.
        let _ = timeout(patience, async { tokio::join!(self.outbox.join_next(), usage::run(self.core.clone())) }).await;
    }
}

/// Runs a job again and again; one that fails says so in the log and has its next turn.
async fn every<F: Future<Output = ()>>(pause: Duration, core: Core, job: impl Fn(Core) -> F) {
    loop {
        sleep(pause).await;
        job(core.clone()).await;
    }
}

/// A job has nobody to answer to but the log.
fn tell(job: &str, done: Result<(), impl Display>) {
    if let Err(reason) = done {
        tracing::warn!(job, %reason, "a job failed; it has its next turn");
    }
}

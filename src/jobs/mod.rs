//! What happens by itself: the keyring is read again, keys are rotated, what has expired is purged.

mod keyring;
mod purge;
mod rotation;

use std::{fmt::Display, future::Future, time::Duration};

use tokio::{task::JoinSet, time::sleep};

use crate::services::core::Core;

/// Starts every job; they end when the set is dropped.
pub fn start(core: &Core) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    let settings = &core.settings;
    let refresh = crate::config::duration(settings.keys.refresh_seconds);
    jobs.spawn(every(refresh, core.clone(), keyring::run));
    jobs.spawn(every(Duration::from_mins(5), core.clone(), rotation::run));
    jobs.spawn(every(Duration::from_mins(1), core.clone(), purge::run));
    jobs
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

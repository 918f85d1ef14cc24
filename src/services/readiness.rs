//! Whether this node can answer: its database, the migrations, the keys.

use serde::Serialize;

use super::{core::Core, fault::Fault, keys};
use crate::store::migrations;

/// What `/readyz` says; the reasons are in the log.
#[derive(Debug, Serialize)]
pub struct Readiness {
    pub database: bool,
    pub migrations: bool,
    pub keys: bool,
}

impl Readiness {
    pub fn is_ready(&self) -> bool {
        self.database && self.migrations && self.keys
    }
}

pub async fn check(core: &Core) -> Readiness {
    let checked = core.run(|core| {
        core.store.ping()?;
        let pending = migrations::pending(&core.store)?;
        Ok::<_, Fault>(Readiness { database: true, migrations: pending.is_empty(), keys: keys::signer(core).is_ok() })
    });
    checked.await.unwrap_or_else(|fault| {
        tracing::warn!(reason = %fault, "not ready");
        Readiness { database: false, migrations: false, keys: false }
    })
}

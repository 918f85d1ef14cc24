//! How the server is: what the dashboard shows, each part for those who may see it.

use super::{AdminError, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::{Action, Outcome},
        key::{KeyState, SigningKey},
        time::{Seconds, Timestamp},
    },
    services::{
        core::Core,
        doctor::{self, Finding},
        keys, usage,
    },
    store::{
        audit_events, clients, grants, mail_outbox,
        mail_outbox::Pending,
        purge::{self, Purged},
        sessions, size,
        users::{self, Census},
    },
};

/// A part is `None` where the administrator has no right to it.
#[derive(Clone, Debug, Default)]
pub struct Status {
    pub traffic: Option<Traffic>,
    pub people: Option<People>,
    pub key: Option<SigningKey>,
    pub storage: Option<Storage>,
    /// What the doctor says: warnings and errors.
    pub findings: Vec<Finding>,
}

/// [`Area::Clients`].
#[derive(Clone, Debug)]
pub struct Traffic {
    pub clients: i64,
    pub grants: i64,
    /// Token answers of all nodes since midnight (UTC).
    pub tokens_today: i64,
    /// Of this node, in the last minute.
    pub tokens_per_minute: u64,
}

/// [`Area::Users`].
#[derive(Clone, Debug)]
pub struct People {
    pub users: Census,
    pub sessions: i64,
    /// Since midnight (UTC).
    pub logins: i64,
    pub failed_logins: i64,
}

/// [`Area::Audit`]: those who look after the whole server.
#[derive(Clone, Debug)]
pub struct Storage {
    pub letters: Pending,
    /// In bytes.
    pub database: i64,
    /// What a purge would free now.
    pub due: Purged,
}

pub async fn show(core: &Core, admin: &Administrator) -> Result<Status, AdminError> {
    let any = Area::ALL.into_iter().find(|area| admin.may(*area, Access::Read)).unwrap_or(Area::Clients);
    require(admin, any, Access::Read)?;
    let by = admin.clone();
    let status = core.run(move |core| gather(core, &by)).await?;
    let findings = if admin.may(Area::Audit, Access::Read) { doctor::lately(core).await? } else { Vec::new() };
    Ok(Status { findings, ..status })
}

fn gather(core: &Core, admin: &Administrator) -> Result<Status, AdminError> {
    let sees = |area| admin.may(area, Access::Read);
    let whole = admin.reaches(None);
    Ok(Status {
        traffic: if sees(Area::Clients) && whole { Some(traffic(core)?) } else { None },
        people: if sees(Area::Users) { Some(people(core)?) } else { None },
        key: if sees(Area::Keys) { active(core)? } else { None },
        storage: if sees(Area::Audit) { Some(storage(core)?) } else { None },
        findings: Vec::new(),
    })
}

fn traffic(core: &Core) -> Result<Traffic, AdminError> {
    let now = core.clock.now();
    let (clients, grants) = core.store.read(|db| Ok((clients::count(db)?, grants::count_unexpired(db, now)?)))?;
    Ok(Traffic { clients, grants, tokens_today: usage::today(core)?, tokens_per_minute: usage::rate(core) })
}

fn people(core: &Core) -> Result<People, AdminError> {
    let now = core.clock.now();
    let today = midnight(now);
    Ok(core.store.read(|db| {
        Ok(People {
            users: users::count_by_status(db)?,
            sessions: sessions::count_live(db, now)?,
            logins: audit_events::count_since(db, Action::Login, Outcome::Done, today)?,
            failed_logins: audit_events::count_since(db, Action::Login, Outcome::Refused, today)?,
        })
    })?)
}

fn active(core: &Core) -> Result<Option<SigningKey>, AdminError> {
    let now = core.clock.now();
    Ok(keys::list(core)?.into_iter().find(|key| key.state(now) == KeyState::Active))
}

fn storage(core: &Core) -> Result<Storage, AdminError> {
    let now = core.clock.now();
    Ok(core.store.read(|db| {
        Ok(Storage {
            letters: mail_outbox::pending(db, now)?,
            database: size::database(db)?,
            due: purge::due(db, now)?,
        })
    })?)
}

fn midnight(now: Timestamp) -> Timestamp {
    now.minus(Seconds(now.unix().rem_euclid(86_400)))
}

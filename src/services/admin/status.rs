//! How the server is: what the dashboard shows, each part for those who may see it.

use super::{AdminError, providers, refused, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::{Action, Outcome},
        key::KeyState,
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
    /// [`Area::Clients`]: refusals of this node's memory that this administrator may see.
    pub refused: Option<usize>,
    pub traffic: Option<Traffic>,
    pub people: Option<People>,
    pub ways_in: Option<WaysIn>,
    pub key: Option<Key>,
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

/// [`Area::Users`]: providers and directories, as this node last met them.
#[derive(Clone, Debug)]
pub struct WaysIn {
    pub configured: usize,
    /// What those are called that did not answer.
    pub away: Vec<String>,
}

/// [`Area::Keys`]: the active key.
#[derive(Clone, Debug)]
pub struct Key {
    pub kid: String,
    pub signs_from: Timestamp,
    /// When the next key signs: by the rotation that is under way, else by the one that is due.
    pub next_at: Timestamp,
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
    let sees_refused = admin.may(Area::Clients, Access::Read);
    let refused = if sees_refused { Some(refused::list(core, admin, None).await?.len()) } else { None };
    Ok(Status { refused, findings, ..status })
}

fn gather(core: &Core, admin: &Administrator) -> Result<Status, AdminError> {
    let sees = |area| admin.may(area, Access::Read);
    let whole = admin.reaches(None);
    Ok(Status {
        traffic: if sees(Area::Clients) && whole { Some(traffic(core)?) } else { None },
        people: if sees(Area::Users) { Some(people(core)?) } else { None },
        ways_in: sees(Area::Users).then(|| ways_in(core)),
        key: if sees(Area::Keys) { active(core)? } else { None },
        storage: if sees(Area::Audit) { Some(storage(core)?) } else { None },
        findings: Vec::new(),
        refused: None,
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

fn ways_in(core: &Core) -> WaysIn {
    let (configured, away) = providers::failing(core);
    WaysIn { configured, away }
}

fn active(core: &Core) -> Result<Option<Key>, AdminError> {
    let (now, every) = (core.clock.now(), keys::rotation(core).every);
    let keys = keys::list(core)?;
    let in_state = |state| keys.iter().find(move |key| key.state(now) == state);
    Ok(in_state(KeyState::Active).map(|key| Key {
        kid: key.kid.clone(),
        signs_from: key.activates_at,
        next_at: in_state(KeyState::Next).map_or_else(|| key.activates_at.plus(every), |next| next.activates_at),
    }))
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

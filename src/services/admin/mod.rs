//! What administrators do, at three doors: the console, the REST API and the command line. Each verb takes the
//! [`Administrator`] who asks, and writes down in the audit log what was done.

use super::{audit::Entry, core::Core, fault::Fault, registry};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::{Action, Outcome},
        ids::UserId,
        text::is_plain,
    },
    protocol::redirect_uri,
    store::{Db, error::StoreError, turn},
};

pub mod admit;
pub mod api_keys;
pub mod audit;
pub mod clients;
pub mod demo;
pub mod edition;
pub mod first;
pub mod groups;
pub mod keys;
pub mod organisations;
pub mod providers;
pub mod purge;
pub mod refused;
pub mod resources;
pub mod scopes;
pub mod status;
pub mod users;

pub use crate::store::page::{Page, PageRequest};

/// Why an administrator's wish was not carried out. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A value that does not fit: what it is, and why.
    #[error("{what}: {reason}")]
    Unfit { what: &'static str, reason: String },
    #[error("{what} {name} exists already")]
    Taken { what: &'static str, name: String },
    #[error("there is no {what} {name}")]
    Absent { what: &'static str, name: String },
    /// The administrator lacks the right, or it is somebody else's client.
    #[error("this is not yours to do: {0}")]
    Forbidden(String),
    /// Somebody else was faster: RFC 9110 §13.1.1.
    #[error("it was changed meanwhile: look at it again")]
    ChangedMeanwhile,
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl From<StoreError> for AdminError {
    fn from(error: StoreError) -> Self {
        Self::Fault(error.into())
    }
}

fn unfit(what: &'static str, reason: impl Into<String>) -> AdminError {
    AdminError::Unfit { what, reason: reason.into() }
}

fn absent(what: &'static str, name: &str) -> AdminError {
    AdminError::Absent { what, name: name.to_owned() }
}

/// Whether the administrator may do this at all; the first line of each verb.
fn require(admin: &Administrator, area: Area, access: Access) -> Result<(), AdminError> {
    let lacks = || AdminError::Forbidden(format!("it takes {}", area.scope(access)));
    if admin.may(area, access) { Ok(()) } else { Err(lacks()) }
}

/// Reads; what is not there is refused by the work itself.
fn read<T>(core: &Core, work: impl FnOnce(&mut Db) -> Result<T, AdminError>) -> Result<T, AdminError> {
    core.store.read(|db| Ok(work(db)))?
}

/// One transaction. A refusal rolls back: what did fit is not written beside what did not.
fn write<T>(core: &Core, work: impl FnOnce(&mut Db) -> Result<T, AdminError>) -> Result<T, AdminError> {
    let mut refused = None;
    let written = core.store.write(|db| {
        work(db).map_err(|error| {
            refused = Some(error);
            StoreError::Unavailable("rolled back".to_owned())
        })
    });
    match refused {
        Some(error) => Err(error),
        None => Ok(written?),
    }
}

/// The same, and no other change of this kind meanwhile, on any node: what the work finds is so until it has written.
fn write_in_turn<T>(core: &Core, work: impl FnOnce(&mut Db) -> Result<T, AdminError>) -> Result<T, AdminError> {
    write(core, |db| {
        turn::take(db)?;
        work(db)
    })
}

/// The same for the registry of scopes and resources, which every node keeps a copy of.
fn write_registry<T>(core: &Core, work: impl FnOnce(&mut Db) -> Result<T, AdminError>) -> Result<T, AdminError> {
    let written = write_in_turn(core, work)?;
    registry::forget(core);
    Ok(written)
}

/// What an administrator did, for the audit log: in the transaction of the change.
fn entry(admin: &Administrator, action: Action, detail: impl Into<String>) -> Entry {
    Entry {
        actor: admin.actor.clone(),
        user_id: None,
        action,
        outcome: Outcome::Done,
        address: admin.address,
        detail: Some(detail.into()),
    }
}

/// The same about somebody's account.
fn entry_about(admin: &Administrator, user: &UserId, action: Action, detail: Option<String>) -> Entry {
    Entry { user_id: Some(user.clone()), detail, ..entry(admin, action, "") }
}

/// A name that people read: not empty, at most 200 characters, on one line.
pub(in crate::services) fn readable(what: &'static str, text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(unfit(what, "is empty"));
    }
    if text.chars().count() > 200 || !is_plain(text) {
        return Err(unfit(what, "must be one line of at most 200 characters"));
    }
    Ok(text.to_owned())
}

/// An address that pages of ours or of applications lead to, or show a picture from.
fn page_uri(what: &'static str, uri: &str) -> Result<(), AdminError> {
    redirect_uri::register(uri).map_err(|why| unfit(what, format!("{uri}: {why}")))?;
    if uri.starts_with("https://") { Ok(()) } else { Err(unfit(what, format!("{uri}: must begin with https://"))) }
}

#[cfg(test)]
mod tests;

//! What administrators do: the verbs behind the commands.

use super::fault::Fault;
use crate::store::error::StoreError;

pub mod api_keys;
mod client_rules;
pub mod clients;
pub mod demo;
pub mod purge;
pub mod resources;
pub mod scopes;
pub mod user_changes;
pub mod users;

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

/// A name that people read: not empty, at most 200 characters, on one line.
pub(in crate::services) fn readable(what: &'static str, text: &str) -> Result<String, AdminError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(unfit(what, "is empty"));
    }
    if text.chars().count() > 200 || text.chars().any(|c| c.is_control() || reorders(c)) {
        return Err(unfit(what, "must be one line of at most 200 characters"));
    }
    Ok(text.to_owned())
}

/// Invisible characters that make a name read as another one.
pub(super) fn reorders(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;

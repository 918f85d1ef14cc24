//! Editions: how two administrators notice that they are about to overwrite each other. RFC 9110 §13.1.1.

use std::fmt::Debug;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::AdminError;
use crate::crypto::digest;

/// A state of something. It is made of all that there is to see, so no change can forget to move it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edition(String);

/// Something as it is shown, and which edition of it this is.
#[derive(Clone, Debug)]
pub struct Current<T> {
    pub shown: T,
    pub edition: Edition,
}

/// What a change expects to find.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whatever there is.
    #[default]
    Any,
    /// One of these.
    Editions(Vec<String>),
}

impl Edition {
    pub fn of(shown: &impl Debug) -> Self {
        let digest = digest::sha256(format!("{shown:?}").as_bytes());
        Self(URL_SAFE_NO_PAD.encode(digest))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Debug> Current<T> {
    pub fn new(shown: T) -> Self {
        let edition = Edition::of(&shown);
        Self { shown, edition }
    }
}

impl Expected {
    /// What a form of ours carried.
    pub fn one(edition: &str) -> Self {
        Self::Editions(vec![edition.to_owned()])
    }

    /// Refuses a change to what somebody else has changed meanwhile. Judged in the transaction of the change.
    pub fn check(&self, shown: &impl Debug) -> Result<(), AdminError> {
        match self {
            Self::Any => Ok(()),
            Self::Editions(editions) if editions.iter().any(|edition| *edition == Edition::of(shown).0) => Ok(()),
            Self::Editions(_) => Err(AdminError::ChangedMeanwhile),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_refused_where_somebody_else_was_faster() {
        let seen = Current::new("one");
        let expected = Expected::one(seen.edition.as_str());
        assert!(expected.check(&"one").is_ok());
        assert!(matches!(expected.check(&"two"), Err(AdminError::ChangedMeanwhile)));
        assert!(Expected::Any.check(&"two").is_ok());
    }
}

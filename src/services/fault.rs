//! What broke, and how it travels beside what was refused.

use crate::{
    crypto::{jwt::SignError, keyring::KeyError, passwords::PasswordError},
    domain::{client::ClientId, refused::Declined},
    protocol::error::OAuthError,
    store::StoreError,
};

/// Something of ours failed: nobody was told yes or no.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Passes by itself: the client may come again.
    #[error("not available at the moment: {0}")]
    Unavailable(String),
    /// Needs somebody to look.
    #[error("{0}")]
    Broken(String),
}

/// How a use case can end without its answer.
#[derive(Debug)]
pub enum Failure {
    Refused(Declined),
    Fault(Fault),
}

impl Fault {
    /// The reason is for the operator: it goes to the log, once, at the edge.
    pub fn tell_operator(&self) {
        tracing::error!(reason = %self, passes = matches!(self, Self::Unavailable(_)), "a request failed");
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(reason) => Self::Unavailable(reason),
            StoreError::Fault(reason) => Self::Broken(reason.to_string()),
        }
    }
}

impl From<SignError> for Fault {
    fn from(error: SignError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<KeyError> for Fault {
    fn from(error: KeyError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<PasswordError> for Fault {
    fn from(error: PasswordError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl<E: Into<Fault>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

impl Failure {
    /// Whose request it was.
    #[must_use]
    pub fn of(self, client: &ClientId) -> Self {
        match self {
            Self::Refused(declined) => Self::Refused(declined.of(client)),
            Self::Fault(fault) => Self::Fault(fault),
        }
    }
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<Declined> for Failure {
    fn from(declined: Declined) -> Self {
        Self::Refused(declined)
    }
}

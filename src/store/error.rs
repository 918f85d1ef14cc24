//! What can go wrong between the server and its database: it is away, or it failed.

use std::error::Error;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection, a lock that is held, a time limit: the same call may work in a moment.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// Anything else: trying again changes nothing.
    #[error("the database failed: {0}")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

/// How SQLite and PostgreSQL word what passes by itself; diesel gives these no kind of their own.
const PASSING: [&str; 8] = [
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "canceling statement due to",
    "terminating connection due to",
    "deadlock detected",
    "the database system is",
    "too many clients",
];

impl StoreError {
    pub(super) fn fault(message: impl Into<String>) -> Self {
        Self::Fault(message.into().into())
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(kind, ref told) if passes(kind, told.message()) => {
                Self::Unavailable(told.message().to_owned())
            }
            DieselError::BrokenTransactionManager => Self::Unavailable("the connection was lost".to_owned()),
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::from(*commit_error),
            other => Self::Fault(Box::new(other)),
        }
    }
}

fn passes(kind: DatabaseErrorKind, message: &str) -> bool {
    match kind {
        DatabaseErrorKind::ClosedConnection
        | DatabaseErrorKind::UnableToSendCommand
        | DatabaseErrorKind::SerializationFailure
        // The row that this one names was deleted a moment ago: the next try finds that out by reading.
        | DatabaseErrorKind::ForeignKeyViolation
        | DatabaseErrorKind::ReadOnlyTransaction => true,
        DatabaseErrorKind::Unknown => PASSING.iter().any(|words| message.contains(words)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: DatabaseErrorKind, message: &str) -> StoreError {
        StoreError::from(DieselError::DatabaseError(kind, Box::new(message.to_owned())))
    }

    #[test]
    fn a_lock_or_a_lost_connection_is_unavailable() {
        for message in ["database is locked", "canceling statement due to statement timeout"] {
            assert!(matches!(told(DatabaseErrorKind::Unknown, message), StoreError::Unavailable(_)), "{message}");
        }
        assert!(matches!(told(DatabaseErrorKind::ClosedConnection, "gone"), StoreError::Unavailable(_)));
    }

    #[test]
    fn a_row_that_was_deleted_meanwhile_is_found_out_by_the_next_try() {
        let kind = DatabaseErrorKind::ForeignKeyViolation;
        assert!(matches!(told(kind, "grants_user_id_fkey"), StoreError::Unavailable(_)));
    }

    #[test]
    fn a_broken_constraint_is_a_fault() {
        assert!(matches!(told(DatabaseErrorKind::UniqueViolation, "users.email"), StoreError::Fault(_)));
        assert!(matches!(told(DatabaseErrorKind::Unknown, "no such table: users"), StoreError::Fault(_)));
    }
}

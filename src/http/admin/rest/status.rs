//! `/status`: how the server is.

use serde::Serialize;

use super::{Answer, call::Call, ok};
use crate::{
    domain::time::Timestamp,
    services::{admin::status, doctor::Finding},
};

/// A part is null where the credential has no scope for it
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Status {
    /// With `admin:clients:read`: entries at `/refused-requests`
    refused_requests: Option<usize>,
    /// With `admin:clients:read`
    traffic: Option<Traffic>,
    /// With `admin:users:read`
    people: Option<People>,
    /// With `admin:users:read`: providers and directories
    providers: Option<WaysIn>,
    /// With `admin:keys:read`: the active key
    key: Option<ActiveKey>,
    /// With `admin:audit:read`
    storage: Option<Storage>,
    /// With `admin:audit:read`: what `signet doctor` would warn of; a minute old at most
    warnings: Option<Vec<Warning>>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Traffic {
    clients: i64,
    /// Not expired
    grants: i64,
    /// Token answers of all nodes since midnight (UTC)
    tokens_today: i64,
    /// Token answers of this node in the last minute
    tokens_per_minute: u64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct People {
    active: i64,
    suspended: i64,
    disabled: i64,
    /// Live sessions
    sessions: i64,
    /// Since midnight (UTC)
    logins: i64,
    failed_logins: i64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct WaysIn {
    configured: usize,
    /// Those that did not answer this node when it last asked
    away: Vec<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ActiveKey {
    kid: String,
    #[schema(format = DateTime)]
    signs_from: String,
    /// When the next key begins to sign
    #[schema(format = DateTime)]
    next_at: String,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Storage {
    letters_waiting: i64,
    #[schema(format = DateTime)]
    oldest_letter: Option<String>,
    database_bytes: i64,
    /// Rows that a purge would free now
    purgeable_rows: usize,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Warning {
    check: &'static str,
    /// warning or error
    status: &'static str,
    message: String,
    /// What to do about it
    advice: Option<String>,
}

/// How the server is
#[utoipa::path(get, path = "/status", tag = "Status", security(
    ("bearer" = ["admin:clients:read"]), ("bearer" = ["admin:users:read"]),
    ("bearer" = ["admin:keys:read"]), ("bearer" = ["admin:audit:read"])
), responses((status = 200, body = Status)))]
pub(super) async fn show(call: Call) -> Answer {
    Ok(ok(Status::from(status::show(&call.core, &call.admin).await?)))
}

impl From<status::Status> for Status {
    fn from(found: status::Status) -> Self {
        let warned = found.storage.is_some();
        Self {
            refused_requests: found.refused,
            traffic: found.traffic.map(Traffic::from),
            people: found.people.map(People::from),
            providers: found.ways_in.map(|found| WaysIn { configured: found.configured, away: found.away }),
            key: found.key.map(ActiveKey::from),
            storage: found.storage.map(Storage::from),
            warnings: warned.then(|| found.findings.into_iter().map(Warning::from).collect()),
        }
    }
}

impl From<status::Traffic> for Traffic {
    fn from(found: status::Traffic) -> Self {
        let status::Traffic { clients, grants, tokens_today, tokens_per_minute } = found;
        Self { clients, grants, tokens_today, tokens_per_minute }
    }
}

impl From<status::People> for People {
    fn from(found: status::People) -> Self {
        let status::People { users, sessions, logins, failed_logins } = found;
        let (active, suspended, disabled) = (users.active, users.suspended, users.disabled);
        Self { active, suspended, disabled, sessions, logins, failed_logins }
    }
}

impl From<status::Key> for ActiveKey {
    fn from(found: status::Key) -> Self {
        Self { kid: found.kid, signs_from: found.signs_from.rfc3339(), next_at: found.next_at.rfc3339() }
    }
}

impl From<status::Storage> for Storage {
    fn from(found: status::Storage) -> Self {
        Self {
            letters_waiting: found.letters.count,
            oldest_letter: found.letters.oldest.map(Timestamp::rfc3339),
            database_bytes: found.database,
            purgeable_rows: found.due.total(),
        }
    }
}

impl From<Finding> for Warning {
    fn from(found: Finding) -> Self {
        let Finding { check, status, message, advice } = found;
        Self { check, status: status.as_str(), message, advice }
    }
}

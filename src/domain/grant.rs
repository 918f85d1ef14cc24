//! A grant: what a redeemed code left behind, and the family of its refresh tokens.

use std::fmt;

use super::{
    client::ClientId,
    ids::{SessionId, UserId},
    session::Methods,
    time::{Seconds, Timestamp},
};
use crate::protocol::{claims::ClaimsRequest, scope::Scope};

/// 128 random bits, carried by the code and then by every refresh token of the family. Never stored, logged or shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FamilyId(pub [u8; 16]);

impl fmt::Debug for FamilyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The digest of a [`FamilyId`]: the row's key, and the private claim of access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GrantId(pub [u8; 16]);

/// One row for ever: rotation moves `generation`, revocation sets `revoked_at`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub client_id: ClientId,
    pub user_id: UserId,
    pub session_id: SessionId,
    pub binding: Binding,
    /// As first granted: a narrowed refresh does not narrow the family (RFC 6749 §6).
    pub scope: Scope,
    pub resources: Vec<String>,
    pub claims: ClaimsRequest,
    pub auth_time: Timestamp,
    pub methods: Methods,
    pub generation: i64,
    pub rotated_at: Timestamp,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// What ends a grant besides its own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// It dies with the browser session.
    Session,
    /// `offline_access`: it outlives the session.
    Offline,
}

/// The refresh token of one generation of a family.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RefreshToken {
    pub family: FamilyId,
    pub generation: i64,
}

/// How the generation that was presented stands to the one in the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The current one: rotate by compare-and-set.
    Current,
    /// The one before, within the grace time: the same successor again.
    Grace,
    /// Ahead of the row (a restored backup): accepted, the row is moved forward.
    Ahead,
    /// Anything older: somebody else has it, too.
    Reused,
}

impl Grant {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }

    /// Where a presented generation stands; a clock that went back counts as no time.
    pub fn judge(&self, generation: i64, now: Timestamp, grace: Seconds) -> Presented {
        if generation == self.generation {
            Presented::Current
        } else if generation > self.generation {
            Presented::Ahead
        } else if generation == self.generation.saturating_sub(1) && now.since(self.rotated_at) < grace {
            Presented::Grace
        } else {
            Presented::Reused
        }
    }
}

impl Binding {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Offline => "offline",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Session, Self::Offline].into_iter().find(|binding| binding.as_str() == text)
    }
}

/// How long grants live.
#[derive(Clone, Copy, Debug)]
pub struct GrantLifetime {
    pub idle: Seconds,
    pub absolute: Seconds,
}

impl GrantLifetime {
    /// The end of a grant that is used at `now`: idle time from now, never past its absolute end.
    pub fn end(self, created_at: Timestamp, now: Timestamp) -> Timestamp {
        now.plus(self.idle).min(created_at.plus(self.absolute))
    }
}

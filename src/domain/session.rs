//! A browser session: who signed in, when and how.

use super::{
    ids::{SessionId, UserId},
    secret::SecretDigest,
    time::{Seconds, Timestamp},
};

/// One sign-in on one browser. Its id is the `sid` of tokens; its secret is the cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub secret: SecretDigest,
    /// When the user last proved who they are; the `auth_time` claim.
    pub auth_time: Timestamp,
    pub methods: Methods,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// How the user proved who they are: the `amr` and `acr` claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Methods {
    Password,
}

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct SessionLifetime {
    pub idle: Seconds,
    pub absolute: Seconds,
}

impl Methods {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "pwd",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        (text == Self::Password.as_str()).then_some(Self::Password)
    }

    /// RFC 8176 §2.
    pub const fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Password => &["pwd"],
        }
    }

    pub const fn acr(self) -> &'static str {
        match self {
            Self::Password => ACR_PASSWORD,
        }
    }
}

/// One factor: a password.
pub const ACR_PASSWORD: &str = "urn:signet:acr:password";

/// Every `acr` that a session of ours can reach; `acr_values_supported`.
pub const ACRS: &[&str] = &[ACR_PASSWORD];

impl SessionLifetime {
    /// The end of a session that is used at `now`: idle time from now, never past its absolute end.
    pub fn end(self, created_at: Timestamp, now: Timestamp) -> Timestamp {
        now.plus(self.idle).min(created_at.plus(self.absolute))
    }

    /// Use is written down only after a tenth of the idle time, so that most requests write nothing.
    pub fn is_due(self, session: &Session, now: Timestamp) -> bool {
        let end = self.end(session.created_at, now);
        end.since(session.expires_at).0 > self.idle.0 / 10
    }
}

impl Session {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at > now
    }
}

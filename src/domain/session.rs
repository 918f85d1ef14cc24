//! A session: who signed in, where, when and how.

use std::net::IpAddr;

use super::{
    ids::{SessionId, UserId},
    secret::SecretDigest,
    time::{Seconds, Timestamp},
};

/// One sign-in, on a browser or through the account API. Its id is the `sid` of tokens; its secret is a browser's cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    pub id: SessionId,
    pub user_id: UserId,
    pub secret: SecretDigest,
    /// When the user last proved who they are; the `auth_time` claim.
    pub auth_time: Timestamp,
    pub methods: Methods,
    pub door: Door,
    /// The `User-Agent`, as far as it was kept.
    pub device: Option<String>,
    /// Where the last sign-in came from.
    pub address: Option<IpAddr>,
    /// Written down now and then, not at every use.
    pub last_seen_at: Timestamp,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Where somebody signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Door {
    Browser,
    /// The account API, by the name of a contract.
    Api(String),
}

/// How the user proved who they are: the `amr` and `acr` claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Methods {
    pub first: FirstFactor,
    pub second: Option<SecondFactor>,
}

/// What proved the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstFactor {
    /// Ours, or a directory's.
    Password,
    /// The word of an upstream provider.
    Federated,
}

/// What proved it once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactor {
    Totp,
    BackupCode,
}

/// How long a session lives.
#[derive(Clone, Copy, Debug)]
pub struct SessionLifetime {
    pub idle: Seconds,
    pub absolute: Seconds,
}

impl Door {
    /// How a row keeps it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Browser => BROWSER,
            Self::Api(contract) => contract,
        }
    }

    pub fn parse(text: &str) -> Self {
        if text == BROWSER { Self::Browser } else { Self::Api(text.to_owned()) }
    }
}

const BROWSER: &str = "browser";

impl Methods {
    pub const PASSWORD: Self = Self { first: FirstFactor::Password, second: None };
    pub const FEDERATED: Self = Self { first: FirstFactor::Federated, second: None };

    const ALL: [Self; 6] = [
        Self::PASSWORD,
        Self::PASSWORD.and(SecondFactor::Totp),
        Self::PASSWORD.and(SecondFactor::BackupCode),
        Self::FEDERATED,
        Self::FEDERATED.and(SecondFactor::Totp),
        Self::FEDERATED.and(SecondFactor::BackupCode),
    ];

    #[must_use]
    pub const fn and(self, second: SecondFactor) -> Self {
        Self { first: self.first, second: Some(second) }
    }

    /// How a row keeps them.
    pub const fn as_str(self) -> &'static str {
        match (self.first, self.second) {
            (FirstFactor::Password, None) => "pwd",
            (FirstFactor::Password, Some(SecondFactor::Totp)) => "pwd otp",
            (FirstFactor::Password, Some(SecondFactor::BackupCode)) => "pwd backup",
            (FirstFactor::Federated, None) => "fed",
            (FirstFactor::Federated, Some(SecondFactor::Totp)) => "fed otp",
            (FirstFactor::Federated, Some(SecondFactor::BackupCode)) => "fed backup",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|methods| methods.as_str() == text)
    }

    /// RFC 8176 §2: a backup code is a one-time password, too. It has no word for an upstream's: `fed` is Entra's.
    pub const fn amr(self) -> &'static [&'static str] {
        match (self.first, self.second) {
            (FirstFactor::Password, None) => &["pwd"],
            (FirstFactor::Password, Some(_)) => &["pwd", "otp", "mfa"],
            (FirstFactor::Federated, None) => &["fed"],
            (FirstFactor::Federated, Some(_)) => &["fed", "otp", "mfa"],
        }
    }

    pub const fn acr(self) -> &'static str {
        match (self.first, self.second) {
            (_, Some(_)) => ACR_TWO_FACTORS,
            (FirstFactor::Password, None) => ACR_PASSWORD,
            (FirstFactor::Federated, None) => ACR_FEDERATED,
        }
    }
}

/// One factor: a password.
pub const ACR_PASSWORD: &str = "urn:signet:acr:password";

/// The word of an upstream provider; which factors it saw, we do not know.
pub const ACR_FEDERATED: &str = "urn:signet:acr:federated";

/// A second factor of ours, after either.
pub const ACR_TWO_FACTORS: &str = "urn:signet:acr:2fa";

/// Every `acr` that a session of ours can reach; `acr_values_supported`.
pub const ACRS: &[&str] = &[ACR_PASSWORD, ACR_FEDERATED, ACR_TWO_FACTORS];

/// A device and an address are shown as last seen to within this long.
const SEEN_EVERY: Seconds = Seconds::hours(1);

impl SessionLifetime {
    /// The end of a session that is used at `now`: idle time from now, never past its absolute end.
    pub fn end(self, created_at: Timestamp, now: Timestamp) -> Timestamp {
        now.plus(self.idle).min(created_at.plus(self.absolute))
    }

    /// Use is written down once an hour at most, and after a tenth of a short idle time: most requests write nothing.
    pub fn is_due(self, session: &Session, now: Timestamp) -> bool {
        let end = self.end(session.created_at, now);
        end.since(session.expires_at).0 > self.idle.0 / 10 || now.since(session.last_seen_at) > SEEN_EVERY
    }
}

impl Session {
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.expires_at > now
    }
}

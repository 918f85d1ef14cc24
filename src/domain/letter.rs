//! Letters: what people are written, before it is rendered.

use serde::{Deserialize, Serialize};

use super::{ids::LetterId, time::Timestamp};

/// A letter to one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub to: String,
    /// What the person is called, if we know.
    pub name: Option<String>,
    pub content: Content,
}

/// What it says. Links are whole, from the configured issuer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// The address shall be confirmed, by code or by link.
    ConfirmEmail {
        code: String,
        link: String,
        minutes: i64,
    },
    /// Somebody tried to register an address that has an account.
    AlreadyRegistered {
        sign_in: String,
        reset: String,
    },
    ResetPassword {
        link: String,
        minutes: i64,
    },
    /// An administrator has made an account; its password is not chosen yet.
    Invitation {
        link: String,
        /// How long the link is good: `7 days`.
        time: String,
    },
    PasswordChanged {
        reset: String,
    },
    /// Told to the old address.
    EmailChanged {
        new_email: String,
    },
    /// Told to the address that would go.
    EmailChangeAsked {
        new_email: String,
        reset: String,
    },
    /// Another account elsewhere signs in here.
    ProviderLinked {
        provider: String,
    },
    ProviderUnlinked {
        provider: String,
    },
    /// Many wrong codes after the right password.
    SecondFactorGuessed {
        reset: String,
    },
    SecondFactorOn,
    SecondFactorOff,
    ApiKeyCreated {
        key: String,
    },
}

/// Debug prints no code and no link: a letter may end up in a log by accident.
impl std::fmt::Debug for Content {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// A letter that waits for the mail server. The letter itself is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    pub id: LetterId,
    pub sealed: Vec<u8>,
    pub attempts: i64,
    /// Not tried before.
    pub next_at: Timestamp,
    /// Dead: its link is good no more.
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
}

//! How a use case of accounts can end without its answer: each contract and the pages put this into their words.

use crate::{
    domain::time::Seconds,
    services::{fault::Fault, limits::TooMany},
};

/// What is the case. One exhaustive match per edge turns it into a status and words.
#[derive(Debug)]
pub enum Refusal {
    /// A member is missing or is no value of its kind; names the member.
    Malformed(&'static str),
    /// No credential at all.
    AuthenticationRequired,
    /// A credential that is none of ours, or good no more.
    InvalidToken,
    TokenExpired,
    /// Of a refresh token.
    InvalidRefreshToken,
    RefreshTokenExpired,
    /// The scope that is missing.
    InsufficientScope(String),
    /// What administers is made by whom the console lets in: a sign-in of a moment ago, with the second factor where there is one.
    NotFresh,
    /// This kind of credential never reaches this: a key makes no keys, a client changes no password.
    NotForThisCredential,
    /// Unknown name or wrong password: which, nobody learns.
    InvalidCredentials,
    SecondFactorRequired,
    /// The deployment demands a second factor, and this account has none yet.
    SecondFactorMissing,
    SecondFactorAlreadyOn,
    SecondFactorOff,
    /// A second-factor code that is wrong, or a challenge that is dead.
    InvalidSecondFactor,
    /// A confirmation code or link that is wrong or dead.
    InvalidConfirmation,
    /// A reset link that is wrong or dead.
    InvalidReset,
    /// The invitation has been used, or is too old.
    InvalidInvitation,
    /// These are told only after the right password.
    Suspended,
    Disabled,
    EmailNotConfirmed,
    InvalidEmail,
    InvalidUsername,
    WeakPassword(Weakness),
    EmailTaken,
    UsernameTaken,
    RegistrationClosed,
    /// The address belongs to a directory, which makes the account at the first sign-in.
    DirectoryAddress,
    NotFound(Thing),
    /// A user has as many API keys as one may have.
    TooManyKeys {
        most: usize,
    },
    /// Another request rotated the key at the same moment: that one got the new key.
    RotatedMeanwhile,
    SsoProofRequired,
    /// The proof is none, or has been used.
    InvalidSsoProof,
    /// The identity belongs to another account already.
    IdentityTaken,
    /// The last way into the account cannot be taken away.
    LastSignIn,
    TooMany {
        retry_after: Seconds,
    },
    /// The directory or the provider that would know is away: never "wrong password".
    DirectoryAway,
    Fault(Fault),
}

/// What was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    User,
    ApiKey,
    Session,
    Application,
    Identity,
}

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    TooShort {
        minimum: usize,
    },
    TooLong {
        maximum: usize,
    },
    /// It stands in the list that everybody tries first.
    Common,
    /// It is the address, the username or the name.
    Personal,
}

impl From<TooMany> for Refusal {
    fn from(limit: TooMany) -> Self {
        Self::TooMany { retry_after: Seconds(i64::try_from(limit.retry_after.as_secs().max(1)).unwrap_or(i64::MAX)) }
    }
}

impl<E: Into<Fault>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

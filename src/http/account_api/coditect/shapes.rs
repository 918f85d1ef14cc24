//! The requests and answers of the `coditect` contract. Every answer stands in `data`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{organisation::Membership, user::User},
    services::{
        accounts::{Person, Tokens},
        factors::Challenge,
    },
};

/// What every answer is wrapped in.
#[derive(Serialize, ToSchema)]
pub(super) struct InData<T> {
    pub(super) data: T,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Register {
    #[schema(example = "user@example.com")]
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: Option<String>,
    /// Made from the address where it is not given.
    pub(super) username: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Login {
    /// An address or a username.
    #[schema(example = "user@example.com")]
    pub(super) email: String,
    pub(super) password: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Verify {
    pub(super) challenge_token: String,
    /// Six digits, or a backup code.
    pub(super) code: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Refresh {
    pub(super) refresh_token: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Account {
    #[schema(example = "usr_abc123")]
    id: String,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    name: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Registered {
    user: Account,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum LoginAnswer {
    SignedIn(SignedIn),
    SecondFactor(SecondFactorNeeded),
}

#[derive(Serialize, ToSchema)]
pub(super) struct SignedIn {
    user: Account,
    access_token: String,
    #[schema(required)]
    refresh_token: Option<String>,
    /// When the access token ends.
    #[schema(example = "2026-01-09T11:30:00Z")]
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SecondFactorNeeded {
    requires_2fa: bool,
    /// Good for 5 minutes, at `2fa/verify`.
    #[schema(example = "ch_abc123...")]
    challenge_token: String,
    #[schema(example = "totp")]
    method: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Refreshed {
    access_token: String,
    #[schema(required)]
    refresh_token: Option<String>,
    /// When the access token ends.
    expires_at: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LoggedOut {
    message: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    id: String,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    name: Option<String>,
    #[schema(required)]
    avatar_url: Option<String>,
    created_at: String,
    #[schema(required)]
    organization: Option<Organization>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Organization {
    #[schema(example = "org_xyz789")]
    id: String,
    name: String,
    #[schema(example = "admin")]
    role: &'static str,
}

/// What a challenge of this contract begins with.
pub(super) const CHALLENGE: &str = "ch_";

impl From<&User> for Account {
    fn from(user: &User) -> Self {
        Self { id: user.id.as_str().to_owned(), email: user.email.clone(), name: user.profile.name.clone() }
    }
}

impl From<&User> for Registered {
    fn from(user: &User) -> Self {
        Self { user: user.into() }
    }
}

impl SignedIn {
    pub(super) fn new(tokens: &Tokens, user: &User) -> Self {
        let Refreshed { access_token, refresh_token, expires_at } = tokens.into();
        Self { user: user.into(), access_token, refresh_token, expires_at }
    }
}

impl From<&Challenge> for SecondFactorNeeded {
    fn from(challenge: &Challenge) -> Self {
        let challenge_token = format!("{CHALLENGE}{}", challenge.token.reveal());
        Self { requires_2fa: true, challenge_token, method: "totp" }
    }
}

impl From<&Tokens> for Refreshed {
    fn from(tokens: &Tokens) -> Self {
        Self {
            access_token: tokens.access_token.reveal().clone(),
            refresh_token: tokens.refresh_token.as_ref().map(|token| token.reveal().clone()),
            expires_at: tokens.expires_at.rfc3339(),
        }
    }
}

impl LoggedOut {
    pub(super) const fn new() -> Self {
        Self { message: "Logged out" }
    }
}

impl From<&Person> for Me {
    fn from(person: &Person) -> Self {
        let Account { id, email, name } = (&person.user).into();
        Self {
            id,
            email,
            name,
            avatar_url: person.user.profile.picture.clone(),
            created_at: person.user.created_at.rfc3339(),
            organization: person.membership.as_ref().map(Organization::from),
        }
    }
}

impl From<&Membership> for Organization {
    fn from(membership: &Membership) -> Self {
        Self {
            id: membership.organisation.id.as_str().to_owned(),
            name: membership.organisation.name.clone(),
            role: membership.role.as_str(),
        }
    }
}

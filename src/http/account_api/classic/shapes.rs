//! The requests and answers of the `classic` contract.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{api_key::ApiKey, time::Timestamp, user::User},
    services::{accounts::Tokens, api_keys::Made},
};

#[derive(Deserialize, ToSchema)]
pub(super) struct Login {
    /// The user's unique username; an address will do.
    #[schema(example = "jane.doe")]
    pub(super) username: String,
    pub(super) password: String,
    /// Of the second factor, if the user has one.
    pub(super) code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refresh {
    pub(super) refresh_token: String,
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewKey {
    /// `API key` where it is not given: the document shows no body.
    pub(super) name: Option<String>,
    pub(super) description: Option<String>,
    /// What the maker may do here, where it is not given.
    pub(super) scopes: Option<Vec<String>>,
    /// `live` (the default) or `test`.
    pub(super) environment: Option<String>,
    /// 1 to 3650; without it the key does not expire.
    pub(super) expires_in_days: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SignedIn {
    token: String,
    /// Seconds.
    expires_in: i64,
    /// Stays the same, and dies with its session.
    #[serde(rename = "refreshToken")]
    #[schema(required)]
    refresh_token: Option<String>,
    user: Account,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Account {
    id: String,
    username: String,
    #[schema(required)]
    email: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Refreshed {
    token: String,
    /// Seconds.
    expires_in: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct LoggedOut {
    message: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedKey {
    key_id: String,
    /// Shown once.
    #[schema(example = "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx")]
    api_key: String,
    name: String,
    created_at: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct ListedKey {
    key_id: String,
    name: String,
    created_at: String,
    #[schema(required)]
    last_used: Option<String>,
}

impl SignedIn {
    pub(super) fn new(tokens: &Tokens, user: &User) -> Self {
        let Refreshed { token, expires_in } = tokens.into();
        let refresh_token = tokens.refresh_token.as_ref().map(|token| token.reveal().clone());
        Self { token, expires_in, refresh_token, user: user.into() }
    }
}

impl From<&User> for Account {
    fn from(user: &User) -> Self {
        Self { id: user.id.as_str().to_owned(), username: user.username.clone(), email: user.email.clone() }
    }
}

impl From<&Tokens> for Refreshed {
    fn from(tokens: &Tokens) -> Self {
        Self { token: tokens.access_token.reveal().clone(), expires_in: tokens.expires_in }
    }
}

impl LoggedOut {
    pub(super) const fn new() -> Self {
        Self { message: "Successfully logged out" }
    }
}

impl From<&Made> for CreatedKey {
    fn from(made: &Made) -> Self {
        Self {
            key_id: made.key.id.as_str().to_owned(),
            api_key: made.secret.reveal().clone(),
            name: made.key.name.clone(),
            created_at: made.key.created_at.rfc3339(),
        }
    }
}

impl From<&ApiKey> for ListedKey {
    fn from(key: &ApiKey) -> Self {
        Self {
            key_id: key.id.as_str().to_owned(),
            name: key.name.clone(),
            created_at: key.created_at.rfc3339(),
            last_used: key.last_used_at.map(Timestamp::rfc3339),
        }
    }
}

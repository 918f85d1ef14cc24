//! The requests and answers of the `comind` contract.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{api_key::ApiKey, time::Timestamp},
    services::{
        accounts::{Person, Tokens},
        api_keys::Made,
    },
};

#[derive(Deserialize, ToSchema)]
pub(super) struct Login {
    /// An address or a username; an address of a routed domain is asked of its directory.
    #[schema(example = "user@example.com")]
    pub(super) email: String,
    pub(super) password: String,
    /// Of the second factor, if the user has one.
    pub(super) code: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Sso {
    #[schema(example = "entra-object-id")]
    pub(super) oid: String,
    #[schema(example = "entra-tenant-id")]
    pub(super) tid: String,
    pub(super) upn: String,
    /// The proof: an ID token of the configured tenant for our client. Without it the request needs a service's bearer
    /// token with the scope `auth:sso`.
    pub(super) id_token: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Refresh {
    pub(super) refresh_token: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Logout {
    /// An expired one will do.
    pub(super) access_token: Option<String>,
    pub(super) refresh_token: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Register {
    pub(super) email: String,
    pub(super) password: String,
    pub(super) name: Option<String>,
    /// Made from the address where it is not given.
    pub(super) username: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Confirm {
    pub(super) email: String,
    #[schema(example = "123456")]
    pub(super) code: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ChangePassword {
    pub(super) current_password: String,
    pub(super) new_password: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct RequestReset {
    pub(super) email: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Reset {
    pub(super) token: String,
    pub(super) new_password: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct SetPassword {
    /// This or `email`.
    pub(super) user_id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) new_password: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct NewToken {
    pub(super) name: String,
    pub(super) scopes: Option<Vec<String>>,
    /// 1 to 3650; without it the token does not expire.
    pub(super) expires_in_days: Option<i64>,
    /// `live` (the default) or `test`.
    pub(super) environment: Option<String>,
}

#[derive(Default, Deserialize, ToSchema)]
pub(super) struct Rotate {
    /// How long the old token stays good: 0 (the default) to 86400.
    #[serde(default)]
    pub(super) grace_seconds: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SignedIn {
    #[serde(flatten)]
    tokens: Refreshed,
    user: Account,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Refreshed {
    access_token: String,
    #[schema(required)]
    refresh_token: Option<String>,
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Account {
    id: String,
    #[schema(required)]
    email: Option<String>,
    privileges: Vec<String>,
    group_memberships: Vec<String>,
    /// Goes up with each change of password, status, privileges or groups.
    user_version: i64,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    #[serde(flatten)]
    account: Account,
    #[schema(required)]
    name: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Registered {
    id: String,
    email: String,
    message: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Checked {
    pub(super) registered: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Told {
    message: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct CreatedToken {
    id: String,
    name: String,
    /// Shown once.
    token: String,
    token_prefix: String,
    scopes: Vec<String>,
    created_at: String,
    #[schema(required)]
    expires_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Tokenlist {
    api_tokens: Vec<ListedToken>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ListedToken {
    id: String,
    name: String,
    token_prefix: String,
    scopes: Vec<String>,
    created_at: String,
    #[schema(required)]
    expires_at: Option<String>,
    #[schema(required)]
    last_used_at: Option<String>,
}

impl SignedIn {
    pub(super) fn new(tokens: &Tokens, person: &Person) -> Self {
        Self { tokens: tokens.into(), user: person.into() }
    }
}

impl From<&Tokens> for Refreshed {
    fn from(tokens: &Tokens) -> Self {
        Self {
            access_token: tokens.access_token.reveal().clone(),
            refresh_token: tokens.refresh_token.as_ref().map(|token| token.reveal().clone()),
            token_type: "bearer",
            expires_in: tokens.expires_in,
        }
    }
}

impl From<&Person> for Account {
    fn from(person: &Person) -> Self {
        Self {
            id: person.user.id.as_str().to_owned(),
            email: person.user.email.clone(),
            privileges: person.user.privileges.clone(),
            group_memberships: person.groups.clone(),
            user_version: person.user.version,
        }
    }
}

impl From<&Person> for Me {
    fn from(person: &Person) -> Self {
        Self { account: person.into(), name: person.user.profile.name.clone() }
    }
}

impl Registered {
    pub(super) fn new(id: &str, email: String) -> Self {
        Self { id: id.to_owned(), email, message: "Check your email for the confirmation code" }
    }
}

impl Told {
    pub(super) const fn new(message: &'static str) -> Self {
        Self { message }
    }
}

impl From<&Made> for CreatedToken {
    fn from(made: &Made) -> Self {
        let ListedToken { id, name, token_prefix, scopes, created_at, expires_at, .. } = (&made.key).into();
        Self { id, name, token: made.secret.reveal().clone(), token_prefix, scopes, created_at, expires_at }
    }
}

impl From<&[ApiKey]> for Tokenlist {
    fn from(keys: &[ApiKey]) -> Self {
        Self { api_tokens: keys.iter().map(ListedToken::from).collect() }
    }
}

impl From<&ApiKey> for ListedToken {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            name: key.name.clone(),
            token_prefix: key.prefix.clone(),
            scopes: key.scope.iter().map(str::to_owned).collect(),
            created_at: key.created_at.rfc3339(),
            expires_at: key.expires_at.map(Timestamp::rfc3339),
            last_used_at: key.last_used_at.map(Timestamp::rfc3339),
        }
    }
}

//! The requests and answers of the `datix` contract.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    domain::{
        api_key::ApiKey,
        organisation::{Membership, OrganisationRole},
        secret::Secret,
        time::Timestamp,
        user::User,
    },
    http::account_api::call::Call,
    services::{
        accounts::{Existing, Person, Registration, SecondFactorState, Tokens},
        api_keys::Made,
        factors::Enrolment,
    },
};

#[derive(Deserialize, ToSchema)]
pub(super) struct Register {
    #[schema(example = "user@example.com")]
    email: String,
    password: String,
    full_name: Option<String>,
    /// Creates this organisation, with the user as its admin.
    organization_name: Option<String>,
    /// Made from the address where it is not given.
    username: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Registered {
    #[serde(flatten)]
    member: Member,
    #[schema(required)]
    organization_id: Option<String>,
    created_at: String,
}

/// Who it is, wherever an answer says so.
#[derive(Serialize, ToSchema)]
struct Member {
    id: String,
    #[schema(required)]
    email: Option<String>,
    #[schema(required)]
    full_name: Option<String>,
    #[schema(example = "admin")]
    role: &'static str,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Login {
    /// An address or a username.
    pub(super) email: String,
    pub(super) password: String,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum LoginAnswer {
    SignedIn(SignedIn),
    SecondFactor(SecondFactorNeeded),
}

#[derive(Serialize, ToSchema)]
pub(super) struct SignedIn {
    #[serde(flatten)]
    token: Refreshed,
    user: Account,
}

/// There is no refresh token beside it: here one that is still good is exchanged for the next.
#[derive(Serialize, ToSchema)]
pub(super) struct Refreshed {
    access_token: String,
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// Seconds.
    expires_in: i64,
}

#[derive(Serialize, ToSchema)]
struct Account {
    #[serde(flatten)]
    member: Member,
    #[schema(required)]
    organization_id: Option<String>,
    two_factor_enabled: bool,
}

#[derive(Serialize, ToSchema)]
pub(super) struct SecondFactorNeeded {
    requires_2fa: bool,
    /// Good for 5 minutes, at `verify-2fa`.
    #[schema(example = "temp_xyz789")]
    temp_token: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Verify {
    pub(super) temp_token: String,
    /// Six digits, or a backup code.
    pub(super) code: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Verified {
    #[serde(flatten)]
    token: Refreshed,
    user: Member,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Enabled {
    /// Base32.
    secret: String,
    /// A PNG as a data URI.
    qr_code: String,
    backup_codes: Vec<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Confirm {
    pub(super) code: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Disable {
    pub(super) password: String,
    /// Six digits, or a backup code.
    pub(super) code: String,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Done {
    success: bool,
    message: &'static str,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct NewKey {
    pub(super) name: String,
    pub(super) description: Option<String>,
    /// 1 to 3650; without it the key does not expire.
    pub(super) expires_in_days: Option<i64>,
    /// `live` (the default) or `test`.
    pub(super) environment: Option<String>,
    /// What the maker may do here, where it is not given.
    pub(super) scopes: Option<Vec<String>>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct CreatedKey {
    id: String,
    name: String,
    /// Shown once.
    #[schema(example = "sk_live_xyz789...")]
    key: String,
    created_at: String,
    #[schema(required)]
    expires_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Keys {
    api_keys: Vec<ListedKey>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct ListedKey {
    id: String,
    name: String,
    #[schema(example = "sk_live_xyz...")]
    key_prefix: String,
    created_at: String,
    #[schema(required)]
    expires_at: Option<String>,
    #[schema(required)]
    last_used_at: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    #[serde(flatten)]
    account: Account,
    /// A custom attribute of the user; `[]` without one.
    assigned_agents: serde_json::Value,
    created_at: String,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct Update {
    pub(super) full_name: Option<String>,
    /// Stays pending until it is confirmed by mail.
    pub(super) email: Option<String>,
}

#[derive(Deserialize, ToSchema)]
pub(super) struct ChangePassword {
    pub(super) current_password: String,
    pub(super) new_password: String,
}

impl Register {
    pub(super) fn into_registration(self, call: &Call) -> Registration {
        Registration {
            email: self.email,
            password: Secret::new(self.password),
            name: self.full_name,
            username: self.username,
            organisation: self.organization_name,
            door: call.door(),
            existing: Existing::Tell,
            visitor: call.visitor(),
        }
    }
}

impl Registered {
    pub(super) fn new(user: &User, membership: Option<&Membership>) -> Self {
        Self {
            member: Member::new(user, membership),
            organization_id: organisation(membership),
            created_at: user.created_at.rfc3339(),
        }
    }
}

impl Member {
    fn new(user: &User, membership: Option<&Membership>) -> Self {
        Self {
            id: user.id.as_str().to_owned(),
            email: user.email.clone(),
            full_name: user.profile.name.clone(),
            // Contracts README, 20: `member` without an organisation.
            role: membership.map_or(OrganisationRole::Member, |membership| membership.role).as_str(),
        }
    }
}

impl SignedIn {
    pub(super) fn new(tokens: &Tokens, person: &Person) -> Self {
        Self { token: Refreshed::from(tokens), user: Account::from(person) }
    }
}

impl From<&Person> for Account {
    fn from(person: &Person) -> Self {
        let membership = person.membership.as_ref();
        Self {
            member: Member::new(&person.user, membership),
            organization_id: organisation(membership),
            two_factor_enabled: person.second_factor == SecondFactorState::On,
        }
    }
}

impl SecondFactorNeeded {
    pub(super) fn new(temp_token: String) -> Self {
        Self { requires_2fa: true, temp_token }
    }
}

impl Verified {
    pub(super) fn new(tokens: &Tokens, person: &Person) -> Self {
        Self { token: Refreshed::from(tokens), user: Member::new(&person.user, person.membership.as_ref()) }
    }
}

impl From<&Enrolment> for Enabled {
    fn from(enrolment: &Enrolment) -> Self {
        Self {
            secret: enrolment.secret.reveal().clone(),
            qr_code: enrolment.qr_code().png_data_uri(),
            backup_codes: enrolment.backup_codes.iter().map(|code| code.reveal().clone()).collect(),
        }
    }
}

impl From<&Tokens> for Refreshed {
    fn from(tokens: &Tokens) -> Self {
        Self { access_token: tokens.access_token.reveal().clone(), token_type: "bearer", expires_in: tokens.expires_in }
    }
}

impl Done {
    pub(super) const fn new(message: &'static str) -> Self {
        Self { success: true, message }
    }
}

impl From<&Made> for CreatedKey {
    fn from(made: &Made) -> Self {
        Self {
            id: made.key.id.as_str().to_owned(),
            name: made.key.name.clone(),
            key: made.secret.reveal().clone(),
            created_at: made.key.created_at.rfc3339(),
            expires_at: made.key.expires_at.map(Timestamp::rfc3339),
        }
    }
}

impl From<&[ApiKey]> for Keys {
    fn from(keys: &[ApiKey]) -> Self {
        Self { api_keys: keys.iter().map(ListedKey::from).collect() }
    }
}

impl From<&ApiKey> for ListedKey {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            name: key.name.clone(),
            key_prefix: format!("{}...", key.prefix),
            created_at: key.created_at.rfc3339(),
            expires_at: key.expires_at.map(Timestamp::rfc3339),
            last_used_at: key.last_used_at.map(Timestamp::rfc3339),
        }
    }
}

impl From<&Person> for Me {
    fn from(person: &Person) -> Self {
        let agents = person.user.attributes.get("assigned_agents");
        let assigned_agents = agents.and_then(|json| serde_json::from_str(json).ok());
        Self {
            account: Account::from(person),
            assigned_agents: assigned_agents.unwrap_or_else(|| serde_json::Value::Array(Vec::new())),
            created_at: person.user.created_at.rfc3339(),
        }
    }
}

fn organisation(membership: Option<&Membership>) -> Option<String> {
    membership.map(|membership| membership.organisation.id.as_str().to_owned())
}

//! How the REST API shows people, where they are signed in, and what they let applications do.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::{
    domain::{organisation::Membership, session, user},
    services::{
        accounts::{Person, SecondFactorState},
        admin::users::Allowed,
    },
};

/// A user as a list shows it
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Summary {
    id: String,
    /// The username
    preferred_username: String,
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    /// `active`, `suspended` or `disabled`
    status: &'static str,
    /// `member`, `admin`, `auditor` or `client_manager`
    role: &'static str,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A user, with claims by the names of OpenID Connect Core §5.1
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct User {
    #[serde(flatten)]
    summary: Summary,
    /// The address that waits for its confirmation
    pending_email: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    picture: Option<String>,
    locale: Option<String>,
    zoneinfo: Option<String>,
    phone_number: Option<String>,
    phone_number_verified: bool,
    address: Option<PostalAddress>,
    /// Whether the second factor is on
    second_factor: bool,
    /// What products let the user do
    privileges: Vec<String>,
    groups: Vec<String>,
    organisation: Option<Belongs>,
    /// The deployment's own, as JSON
    attributes: BTreeMap<String, Value>,
    /// Goes up with the user's rights
    version: i64,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// OpenID Connect Core §5.1.1
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PostalAddress {
    formatted: Option<String>,
    street_address: Option<String>,
    locality: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

/// What a user belongs to
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Belongs {
    id: String,
    name: String,
    /// `member` or `admin`
    role: &'static str,
}

/// Where a user is signed in
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Session {
    id: String,
    /// The `User-Agent` of the sign-in
    device: Option<String>,
    /// Where the sign-in came from
    address: Option<String>,
    /// `browser`, or the account API's contract
    through: String,
    #[schema(format = DateTime)]
    authenticated_at: String,
    #[schema(format = DateTime)]
    last_seen_at: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: String,
}

/// What a user lets an application do
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Consent {
    client_id: String,
    client_name: String,
    /// RFC 6749 §3.3
    scope: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

impl From<&user::User> for Summary {
    fn from(user: &user::User) -> Self {
        Self {
            id: user.id.to_string(),
            preferred_username: user.username.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            name: user.profile.name.clone(),
            status: user.status.as_str(),
            role: user.role.as_str(),
            created_at: user.created_at.rfc3339(),
        }
    }
}

impl From<&Person> for User {
    fn from(person: &Person) -> Self {
        let (user, profile) = (&person.user, person.user.profile.clone());
        let json = |text: &String| serde_json::from_str(text).unwrap_or(Value::Null);
        Self {
            summary: Summary::from(user),
            pending_email: person.pending_email.clone(),
            given_name: profile.given_name,
            family_name: profile.family_name,
            picture: profile.picture,
            locale: profile.locale,
            zoneinfo: profile.zoneinfo,
            phone_number: profile.phone_number,
            phone_number_verified: profile.phone_number_verified,
            address: profile.address.map(PostalAddress::from),
            second_factor: person.second_factor == SecondFactorState::On,
            privileges: user.privileges.clone(),
            groups: person.groups.clone(),
            organisation: person.membership.as_ref().map(Belongs::from),
            attributes: user.attributes.iter().map(|(name, text)| (name.clone(), json(text))).collect(),
            version: user.version,
            updated_at: user.updated_at.rfc3339(),
        }
    }
}

impl From<user::Address> for PostalAddress {
    fn from(address: user::Address) -> Self {
        Self {
            formatted: address.formatted,
            street_address: address.street_address,
            locality: address.locality,
            region: address.region,
            postal_code: address.postal_code,
            country: address.country,
        }
    }
}

impl From<&Membership> for Belongs {
    fn from(membership: &Membership) -> Self {
        let organisation = &membership.organisation;
        Self { id: organisation.id.to_string(), name: organisation.name.clone(), role: membership.role.as_str() }
    }
}

impl From<&session::Session> for Session {
    fn from(session: &session::Session) -> Self {
        Self {
            id: session.id.to_string(),
            device: session.device.clone(),
            address: session.address.map(|address| address.to_string()),
            through: session.door.as_str().to_owned(),
            authenticated_at: session.auth_time.rfc3339(),
            last_seen_at: session.last_seen_at.rfc3339(),
            created_at: session.created_at.rfc3339(),
            expires_at: session.expires_at.rfc3339(),
        }
    }
}

impl From<&Allowed> for Consent {
    fn from(allowed: &Allowed) -> Self {
        Self {
            client_id: allowed.client.id.as_str().to_owned(),
            client_name: allowed.client.name.clone(),
            scope: allowed.consent.scope.to_string(),
            created_at: allowed.consent.created_at.rfc3339(),
            updated_at: allowed.consent.updated_at.rfc3339(),
            last_used_at: allowed.last_used_at.map(crate::domain::time::Timestamp::rfc3339),
        }
    }
}

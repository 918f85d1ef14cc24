//! What the REST API is told about people: a new account, and a change (RFC 7396: null takes a member away).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::{call::Call, json::nullable, problem::Problem, users::one_of};
use crate::{
    domain::{
        organisation::OrganisationRole,
        secret::Secret,
        user::{Address, Profile, Role, User, UserStatus},
    },
    http::extract::json::Object,
    services::admin::{
        AdminError,
        users::{
            self, EmailStanding, NewGuest, NewUser,
            change::{AddressChanges, Belonging, UserChanges},
        },
    },
};

/// A member that can be left out, or set to null.
type Maybe<T> = Option<Option<T>>;

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserToCreate {
    email: String,
    /// Whether the address is known to be the user's
    #[serde(default)]
    email_verified: bool,
    /// Without one the user is invited by mail, and chooses it
    #[serde(default)]
    #[schema(format = Password)]
    password: Option<String>,
    /// The username; made from the address unless given
    #[serde(default)]
    preferred_username: Option<String>,
    /// `member` (unless given), `admin`, `auditor` or `client_manager`
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    given_name: Option<String>,
    #[serde(default)]
    family_name: Option<String>,
    #[serde(default)]
    picture: Option<String>,
    #[serde(default)]
    locale: Option<String>,
    #[serde(default)]
    zoneinfo: Option<String>,
    #[serde(default)]
    phone_number: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<AddressToCreate>)]
    address: Option<Object<AddressToCreate>>,
}

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddressToCreate {
    formatted: Option<String>,
    street_address: Option<String>,
    locality: Option<String>,
    region: Option<String>,
    postal_code: Option<String>,
    country: Option<String>,
}

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserChange {
    /// Proved at once unless `email_verified` is false: then it waits for its confirmation by mail
    email: Option<String>,
    email_verified: Option<bool>,
    /// The username
    preferred_username: Option<String>,
    /// `active`, `suspended` or `disabled`
    status: Option<String>,
    /// `member`, `admin`, `auditor` or `client_manager`
    role: Option<String>,
    #[serde(default, deserialize_with = "nullable")]
    name: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    given_name: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    family_name: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    picture: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    locale: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    zoneinfo: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    phone_number: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<AddressChange>)]
    address: Maybe<Object<AddressChange>>,
    /// All of them
    privileges: Option<Vec<String>>,
    /// All of them, by name; new ones are made
    groups: Option<Vec<String>>,
    /// Those to set, and those (null) to take away
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<BelongingToSet>)]
    organisation: Maybe<Object<BelongingToSet>>,
}

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddressChange {
    #[serde(default, deserialize_with = "nullable")]
    formatted: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    street_address: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    locality: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    region: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    postal_code: Maybe<String>,
    #[serde(default, deserialize_with = "nullable")]
    country: Maybe<String>,
}

/// What the user shall belong to, and to nothing else
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BelongingToSet {
    /// Its id or its name; made if there is none of this name
    name: String,
    /// `member` (unless given) or `admin`
    #[serde(default)]
    role: Option<String>,
}

impl UserToCreate {
    pub(super) async fn make(self, call: &Call) -> Result<User, Problem> {
        let role = one_of("role", self.role.as_deref(), Role::parse)?.unwrap_or(Role::Member);
        let email_standing = standing(self.email_verified);
        let (email, username, password) = (self.email, self.preferred_username, self.password);
        let profile = Profile {
            name: self.name,
            given_name: self.given_name,
            family_name: self.family_name,
            picture: self.picture,
            locale: self.locale,
            zoneinfo: self.zoneinfo,
            phone_number: self.phone_number,
            phone_number_verified: false,
            address: self.address.map(|given| given.0.into()),
        };
        Ok(match password {
            Some(password) => {
                let password = Secret::new(password);
                let new = NewUser { email, email_standing, username, password, role, profile };
                users::create(&call.core, &call.admin, new).await?
            }
            None if self.email_verified => {
                let reason = "the invitation proves it: leave it out, or give a password".to_owned();
                return Err(AdminError::Unfit { what: "email_verified", reason }.into());
            }
            None => users::invite(&call.core, &call.admin, NewGuest { email, username, role, profile }).await?,
        })
    }
}

impl UserChange {
    pub(super) fn changes(self) -> Result<UserChanges, Problem> {
        let json = |value: Value| Some(value).filter(|value| !value.is_null()).map(|value| value.to_string());
        Ok(UserChanges {
            name: text(self.name),
            given_name: text(self.given_name),
            family_name: text(self.family_name),
            picture: text(self.picture),
            locale: text(self.locale),
            zoneinfo: text(self.zoneinfo),
            phone_number: text(self.phone_number),
            address: self.address.map(address).unwrap_or_default(),
            username: self.preferred_username,
            email: self.email,
            email_standing: self.email_verified.map(standing),
            status: one_of("status", self.status.as_deref(), UserStatus::parse)?,
            role: one_of("role", self.role.as_deref(), Role::parse)?,
            privileges: self.privileges,
            groups: self.groups,
            attributes: self.attributes.into_iter().map(|(name, value)| (name, json(value))).collect(),
            organisation: self.organisation.map(belonging).transpose()?,
        })
    }
}

const fn standing(verified: bool) -> EmailStanding {
    if verified { EmailStanding::Verified } else { EmailStanding::Unverified }
}

/// An empty text takes a member away.
fn text(member: Maybe<String>) -> Option<String> {
    member.map(Option::unwrap_or_default)
}

fn address(change: Option<Object<AddressChange>>) -> AddressChanges {
    let gone = || Some(Some(String::new()));
    let none = AddressChange {
        formatted: gone(),
        street_address: gone(),
        locality: gone(),
        region: gone(),
        postal_code: gone(),
        country: gone(),
    };
    let change = change.map_or(none, |change| change.0);
    AddressChanges {
        formatted: text(change.formatted),
        street_address: text(change.street_address),
        locality: text(change.locality),
        region: text(change.region),
        postal_code: text(change.postal_code),
        country: text(change.country),
    }
}

fn belonging(given: Option<Object<BelongingToSet>>) -> Result<Belonging, Problem> {
    let Some(Object(BelongingToSet { name, role })) = given else {
        return Ok(Belonging::Nowhere);
    };
    let role = one_of("role", role.as_deref(), OrganisationRole::parse)?.unwrap_or(OrganisationRole::Member);
    Ok(Belonging::To { name, role })
}

impl From<AddressToCreate> for Address {
    fn from(given: AddressToCreate) -> Self {
        Self {
            formatted: given.formatted,
            street_address: given.street_address,
            locality: given.locality,
            region: given.region,
            postal_code: given.postal_code,
            country: given.country,
        }
    }
}

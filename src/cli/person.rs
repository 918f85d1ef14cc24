//! A user as `signet user show` and `update` answer: with what stands in other tables.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;
use serde_json::Value;

use super::shape::UserShape;
use crate::services::accounts::{Person, SecondFactorState};

#[derive(Serialize)]
pub(super) struct PersonShape {
    #[serde(skip)]
    sentence: String,
    #[serde(flatten)]
    user: UserShape,
    version: i64,
    pending_email: Option<String>,
    second_factor: bool,
    organization: Option<OrganisationShape>,
    groups: Vec<String>,
    privileges: Vec<String>,
    attributes: BTreeMap<String, Value>,
}

#[derive(Serialize)]
struct OrganisationShape {
    id: String,
    name: String,
    role: &'static str,
}

impl PersonShape {
    pub(super) fn told(act: &str, person: &Person) -> Self {
        Self { sentence: format!("{act} {}.\n\n", person.user.display_name()), ..Self::from(person) }
    }
}

impl From<&Person> for PersonShape {
    fn from(person: &Person) -> Self {
        let organisation = person.membership.as_ref().map(|membership| OrganisationShape {
            id: membership.organisation.id.to_string(),
            name: membership.organisation.name.clone(),
            role: membership.role.as_str(),
        });
        let json = |text: &String| serde_json::from_str(text).unwrap_or(Value::Null);
        let user = &person.user;
        Self {
            sentence: String::new(),
            user: UserShape::from(user),
            version: user.version,
            pending_email: person.pending_email.clone(),
            second_factor: person.second_factor == SecondFactorState::On,
            organization: organisation,
            groups: person.groups.clone(),
            privileges: user.privileges.clone(),
            attributes: user.attributes.iter().map(|(name, text)| (name.clone(), json(text))).collect(),
        }
    }
}

impl fmt::Display for PersonShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let organisation = self.organization.as_ref().map(|one| format!("{} ({}, {})", one.name, one.role, one.id));
        let sheet = self
            .user
            .sheet()
            .with("new e-mail", self.pending_email.as_deref().unwrap_or_default())
            .with("second factor", if self.second_factor { "on" } else { "" })
            .with("organisation", organisation.unwrap_or_default())
            .with_each("groups", &self.groups)
            .with_each("privileges", &self.privileges)
            .with_each("attributes", self.attributes.iter().map(|(name, value)| format!("{name}={value}")))
            .with("version", self.version);
        write!(f, "{}{sheet}", self.sentence)
    }
}

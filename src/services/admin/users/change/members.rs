//! What may be said of a person, and which members a change names.

use super::{AddressChanges, Belonging, UserChanges};
use crate::{
    domain::user::{Address, Profile, Role, normal_email},
    services::admin::{AdminError, groups, readable, unfit, users::parse_username},
};

impl UserChanges {
    pub(super) fn apply(&self, profile: &mut Profile) {
        set(&mut profile.name, self.name.as_ref());
        set(&mut profile.given_name, self.given_name.as_ref());
        set(&mut profile.family_name, self.family_name.as_ref());
        set(&mut profile.picture, self.picture.as_ref());
        set(&mut profile.locale, self.locale.as_ref());
        set(&mut profile.zoneinfo, self.zoneinfo.as_ref());
        let before = profile.phone_number.clone();
        set(&mut profile.phone_number, self.phone_number.as_ref());
        // Nobody has proved the new one.
        profile.phone_number_verified &= before == profile.phone_number;
        let mut address = profile.address.clone().unwrap_or_default();
        self.address.apply(&mut address);
        profile.address = Some(address).filter(|address| *address != Address::default());
    }

    /// The members that are named, for the audit log: never what they say of a person, but which role is another than
    /// `before`. The status has an entry of its own.
    pub(super) fn named(&self, before: Role) -> Vec<String> {
        let members = [
            ("name", self.name.is_some()),
            ("given_name", self.given_name.is_some()),
            ("family_name", self.family_name.is_some()),
            ("picture", self.picture.is_some()),
            ("locale", self.locale.is_some()),
            ("zoneinfo", self.zoneinfo.is_some()),
            ("phone_number", self.phone_number.is_some()),
            ("address", self.address != AddressChanges::default()),
            ("username", self.username.is_some()),
            ("email", self.email.is_some() || self.email_standing.is_some()),
            ("privileges", self.privileges.is_some()),
            ("groups", self.groups.is_some()),
            ("attributes", !self.attributes.is_empty()),
            ("organisation", self.organisation.is_some()),
        ];
        let named = members.into_iter().filter(|(_, named)| *named).map(|(name, _)| name.to_owned());
        let role = self.role.filter(|role| *role != before);
        named.chain(role.map(|role| format!("role {} to {}", before.as_str(), role.as_str()))).collect()
    }

    pub(super) fn checked(self) -> Result<Self, AdminError> {
        let email = self.email.map(|text| normal_email(&text).ok_or_else(|| unfit("email", "is no e-mail address")));
        for (name, json) in &self.attributes {
            check_attribute(name, json.as_deref())?;
        }
        let organisation = match self.organisation {
            Some(Belonging::To { name, role }) => Some(Belonging::To { name: readable("organisation", &name)?, role }),
            other => other,
        };
        Ok(Self {
            email: email.transpose()?,
            username: self.username.map(|text| parse_username(&text)).transpose()?,
            privileges: each(self.privileges, |name| readable("privilege", name))?,
            groups: each(self.groups, |name| groups::checked_name("group", name))?,
            organisation,
            ..self
        })
    }
}

/// Each once.
fn each(
    list: Option<Vec<String>>,
    check: impl Fn(&str) -> Result<String, AdminError>,
) -> Result<Option<Vec<String>>, AdminError> {
    let Some(list) = list else { return Ok(None) };
    let mut kept = Vec::new();
    for name in list {
        let name = check(&name)?;
        if !kept.contains(&name) {
            kept.push(name);
        }
    }
    Ok(Some(kept))
}

impl AddressChanges {
    fn apply(&self, address: &mut Address) {
        set(&mut address.formatted, self.formatted.as_ref());
        set(&mut address.street_address, self.street_address.as_ref());
        set(&mut address.locality, self.locality.as_ref());
        set(&mut address.region, self.region.as_ref());
        set(&mut address.postal_code, self.postal_code.as_ref());
        set(&mut address.country, self.country.as_ref());
    }
}

fn set(member: &mut Option<String>, new: Option<&String>) {
    if let Some(text) = new {
        *member = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    }
}

/// The name becomes a claim, or the member of a contract.
fn check_attribute(name: &str, json: Option<&str>) -> Result<(), AdminError> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    if name.is_empty() || name.len() > 64 || !name.bytes().all(word) {
        return Err(unfit("attribute", "a name is 1 to 64 letters, digits, _ - ."));
    }
    let fits = |json: &str| json.len() <= 16_384 && serde_json::from_str::<serde_json::Value>(json).is_ok();
    if json.is_some_and(|json| !fits(json)) {
        return Err(unfit("attribute", format!("{name} must be JSON, of at most 16384 bytes")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn with(name: &str, json: &str) -> Result<UserChanges, AdminError> {
        let attributes = BTreeMap::from([(name.to_owned(), Some(json.to_owned()))]);
        UserChanges { attributes, ..UserChanges::default() }.checked()
    }

    #[test]
    fn an_attribute_is_a_name_and_json() {
        assert!(with("assigned_agents", r#"["agent_1"]"#).is_ok());
        for (name, json) in [("", "1"), ("a b", "1"), ("a", "not json"), ("a", "[1")] {
            assert!(with(name, json).is_err(), "{name} {json}");
        }
    }

    #[test]
    fn names_are_readable() {
        let named = |group: &str| UserChanges { groups: Some(vec![group.to_owned()]), ..UserChanges::default() };
        assert!(named("engineering").checked().is_ok());
        assert!(named(" ").checked().is_err());
        assert!(named("two\nlines").checked().is_err());
    }
}

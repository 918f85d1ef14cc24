//! The form of an account: what its fields hold, and what they change.

use std::collections::BTreeMap;

use crate::{
    domain::user::Role,
    protocol::params::Params,
    services::{
        accounts::Person,
        admin::{
            AdminError,
            users::{
                EmailStanding,
                change::{AddressChanges, UserChanges},
            },
        },
    },
};

/// As they stand on the page: what was typed, or what is so.
#[derive(Clone, Debug)]
pub(super) struct Fields {
    pub(super) name: String,
    pub(super) given_name: String,
    pub(super) family_name: String,
    pub(super) username: String,
    pub(super) email: String,
    /// The address counts at once.
    pub(super) proved: bool,
    pub(super) picture: String,
    pub(super) locale: String,
    pub(super) zone: String,
    pub(super) phone: String,
    pub(super) street: String,
    pub(super) locality: String,
    pub(super) region: String,
    pub(super) postal_code: String,
    pub(super) country: String,
    pub(super) role: String,
    /// One a line.
    pub(super) privileges: String,
    /// `name=JSON`, one a line.
    pub(super) attributes: String,
}

impl Fields {
    pub(super) fn of(person: &Person) -> Self {
        let (user, profile) = (&person.user, person.user.profile.clone());
        let address = profile.address.unwrap_or_default();
        let attributes: Vec<_> = user.attributes.iter().map(|(name, json)| format!("{name}={json}")).collect();
        Self {
            name: profile.name.unwrap_or_default(),
            given_name: profile.given_name.unwrap_or_default(),
            family_name: profile.family_name.unwrap_or_default(),
            username: user.username.clone(),
            email: user.email.clone().unwrap_or_default(),
            proved: user.email_verified,
            picture: profile.picture.unwrap_or_default(),
            locale: profile.locale.unwrap_or_default(),
            zone: profile.zoneinfo.unwrap_or_default(),
            phone: profile.phone_number.unwrap_or_default(),
            street: address.street_address.unwrap_or_default(),
            locality: address.locality.unwrap_or_default(),
            region: address.region.unwrap_or_default(),
            postal_code: address.postal_code.unwrap_or_default(),
            country: address.country.unwrap_or_default(),
            role: user.role.as_str().to_owned(),
            privileges: user.privileges.join("\n"),
            attributes: attributes.join("\n"),
        }
    }

    pub(super) fn typed(params: &Params) -> Self {
        let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
        Self {
            name: text("name"),
            given_name: text("given_name"),
            family_name: text("family_name"),
            username: text("username"),
            email: text("email"),
            proved: params.get("proved").is_some(),
            picture: text("picture"),
            locale: text("locale"),
            zone: text("time_zone"),
            phone: text("phone"),
            street: text("street_address"),
            locality: text("locality"),
            region: text("region"),
            postal_code: text("postal_code"),
            country: text("country"),
            role: text("role"),
            privileges: text("privilege"),
            attributes: text("attribute"),
        }
    }

    /// What the form says otherwise than the account.
    pub(super) fn changes(&self, person: &Person) -> Result<UserChanges, AdminError> {
        let was = Self::of(person);
        let differs = |now: &str, before: &str| (now.trim() != before).then(|| now.trim().to_owned());
        let email = differs(&self.email, &was.email).filter(|email| !email.is_empty());
        let email_standing = match (&email, self.proved) {
            (Some(_), true) => Some(EmailStanding::Verified),
            (Some(_), false) => Some(EmailStanding::Unverified),
            (None, true) if !was.proved && !was.email.is_empty() => Some(EmailStanding::Verified),
            (None, _) => None,
        };
        let privileges: Vec<String> = lines(&self.privileges).map(str::to_owned).collect();
        Ok(UserChanges {
            name: differs(&self.name, &was.name),
            given_name: differs(&self.given_name, &was.given_name),
            family_name: differs(&self.family_name, &was.family_name),
            picture: differs(&self.picture, &was.picture),
            locale: differs(&self.locale, &was.locale),
            zoneinfo: differs(&self.zone, &was.zone),
            phone_number: differs(&self.phone, &was.phone),
            address: AddressChanges {
                formatted: None,
                street_address: differs(&self.street, &was.street),
                locality: differs(&self.locality, &was.locality),
                region: differs(&self.region, &was.region),
                postal_code: differs(&self.postal_code, &was.postal_code),
                country: differs(&self.country, &was.country),
            },
            username: differs(&self.username, &was.username),
            email,
            email_standing,
            role: Role::parse(&self.role).filter(|role| *role != person.user.role),
            privileges: Some(privileges).filter(|privileges| *privileges != person.user.privileges),
            attributes: self.attributes(person)?,
            ..UserChanges::default()
        })
    }

    fn attributes(&self, person: &Person) -> Result<BTreeMap<String, Option<String>>, AdminError> {
        let mut typed = BTreeMap::new();
        for line in lines(&self.attributes) {
            let unclear = || AdminError::Unfit { what: "attribute", reason: format!("{line} must be name=JSON") };
            let (name, json) = line.split_once('=').ok_or_else(unclear)?;
            typed.insert(name.trim().to_owned(), json.trim().to_owned());
        }
        let before = &person.user.attributes;
        let gone = before.keys().filter(|name| !typed.contains_key(*name)).map(|name| (name.clone(), None));
        let gone: Vec<_> = gone.collect();
        let set = typed.into_iter().filter(|(name, json)| before.get(name) != Some(json));
        Ok(set.map(|(name, json)| (name, Some(json))).chain(gone).collect())
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

//! Groups of a directory, and what their members are here.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    config::directories::{Mapping, OrganisationRank, Rank},
    domain::{organisation::OrganisationRole, user::Role},
};

/// What the mappings make of a person. What no mapping names is nobody's to change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mapped {
    pub(super) privileges: Names,
    pub(super) groups: Names,
    /// By name; `None`: no member.
    pub(super) organisations: BTreeMap<String, Option<OrganisationRole>>,
    /// `None` where no mapping says anything of it.
    pub(super) role: Option<Role>,
}

/// True for the names that a person has, false for those that the person could have.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Names(pub(super) BTreeMap<String, bool>);

impl Mapped {
    pub(super) fn of(mappings: &[Mapping], groups: &[String]) -> Self {
        let held: BTreeSet<String> = groups.iter().map(|dn| normal_dn(dn)).collect();
        let mut mapped = Self::default();
        for mapping in mappings {
            let holds = mapping.group.as_ref().is_none_or(|dn| held.contains(&normal_dn(dn)));
            mapped.add(mapping, holds.then_some(()));
        }
        mapped
    }

    fn add(&mut self, mapping: &Mapping, held: Option<()>) {
        self.privileges.add(&mapping.privileges, held);
        self.groups.add(&mapping.groups, held);
        if let Some(name) = &mapping.organisation {
            let role = self.organisations.entry(name.clone()).or_default();
            let is_admin = mapping.organisation_role == OrganisationRank::Admin;
            if held.is_some() && (role.is_none() || is_admin) {
                *role = Some(mapping.organisation_role.into());
            }
        }
        match (mapping.role, held) {
            (None, _) => {}
            (Some(Rank::Admin), Some(())) => self.role = Some(Role::Admin),
            (Some(_), _) => self.role = self.role.or(Some(Role::Member)),
        }
    }
}

impl Names {
    fn add(&mut self, names: &[String], held: Option<()>) {
        for name in names {
            *self.0.entry(name.clone()).or_default() |= held.is_some();
        }
    }

    /// What somebody has who had `before`: sorted, so that the same is the same.
    pub(super) fn after(&self, before: &[String]) -> Vec<String> {
        let kept = before.iter().filter(|name| !self.0.contains_key(*name));
        let given = self.0.iter().filter(|(_, given)| **given).map(|(name, _)| name);
        let all: BTreeSet<&String> = kept.chain(given).collect();
        all.into_iter().cloned().collect()
    }
}

/// A DN as it is compared (RFC 4514 §2.4, §3): case, spaces around separators and ways to escape do not matter.
fn normal_dn(text: &str) -> String {
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let part = match byte {
            b',' | b';' => {
                parts.push(Vec::new());
                continue;
            }
            b'\\' => escaped(&mut bytes),
            _ => Some(byte),
        };
        if let (Some(last), Some(byte)) = (parts.last_mut(), part) {
            last.push(byte);
        }
    }
    let normal = |part: &Vec<u8>| {
        let text = String::from_utf8_lossy(part).to_lowercase();
        let (name, value) = text.split_once('=').unwrap_or((&text, ""));
        format!("{}={}", name.trim(), value.trim())
    };
    // A NUL stands in no value, so nothing that was escaped becomes a separator.
    parts.iter().map(normal).collect::<Vec<_>>().join("\0")
}

/// What stands after a backslash: two digits of a code, or the character itself.
fn escaped(bytes: &mut std::str::Bytes<'_>) -> Option<u8> {
    let first = bytes.next()?;
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut ahead = bytes.clone();
    match (digit(first), ahead.next().and_then(digit)) {
        (Some(high), Some(low)) => {
            *bytes = ahead;
            Some(high.wrapping_shl(4) | low)
        }
        _ => Some(first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADMIRALS: &str = "cn=admirals,ou=groups,dc=corp,dc=example";

    fn texts(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn mappings() -> Vec<Mapping> {
        vec![
            Mapping { privileges: texts(&["read"]), groups: texts(&["staff"]), ..Mapping::default() },
            Mapping {
                group: Some(ADMIRALS.to_owned()),
                privileges: texts(&["read", "sail"]),
                organisation: Some("Navy".to_owned()),
                organisation_role: OrganisationRank::Admin,
                role: Some(Rank::Admin),
                ..Mapping::default()
            },
        ]
    }

    #[test]
    fn a_member_of_a_group_is_what_its_mapping_says() {
        let mapped = Mapped::of(&mappings(), &texts(&["CN=Admirals, OU=groups,DC=corp,DC=example"]));
        assert_eq!(mapped.privileges.after(&[]), ["read", "sail"]);
        assert_eq!(mapped.organisations["Navy"], Some(OrganisationRole::Admin));
        assert_eq!(mapped.role, Some(Role::Admin));
    }

    #[test]
    fn who_left_a_group_loses_what_its_mapping_gave_and_nothing_else() {
        let mapped = Mapped::of(&mappings(), &[]);
        assert_eq!(mapped.privileges.after(&texts(&["sail", "own", "read"])), ["own", "read"]);
        assert_eq!(mapped.groups.after(&[]), ["staff"]);
        assert_eq!(mapped.organisations["Navy"], None);
        assert_eq!(mapped.role, Some(Role::Member));
    }

    #[test]
    fn a_role_that_no_mapping_names_stays() {
        assert_eq!(Mapped::of(&mappings()[..1], &[]).role, None);
        assert_eq!(Mapped::of(&[], &texts(&[ADMIRALS])), Mapped::default());
    }

    /// RFC 4514 §2.4: servers escape in their own ways.
    #[test]
    fn names_are_compared_as_they_are_meant() {
        assert_eq!(normal_dn(r"cn=Smith\, John , ou=X"), normal_dn(r"CN=smith\2C john,OU=x"));
        assert_eq!(normal_dn("cn=Žofie"), normal_dn(r"cn=\C5\BDofie"));
        assert_ne!(normal_dn(r"cn=a\,ou=x"), normal_dn("cn=a,ou=x"));
        assert_ne!(normal_dn("cn=admirals"), normal_dn("cn=admirals,ou=pirates"));
    }
}

//! A person's entry, read by the names that the settings give its attributes.

use std::fmt::Write as _;

use ldap3::SearchEntry;

use super::Away;
use crate::config::directories::Attributes;

/// A person as the directory knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Never changes, and is never given to another.
    pub subject: String,
    pub dn: String,
    /// What the entry says; nobody has compared it with what was typed.
    pub mail: Option<String>,
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    /// The DNs of groups.
    pub groups: Vec<String>,
}

pub(super) struct Wanted<'a>(pub(super) &'a Attributes);

/// Identifiers that outlive a change of name (RFC 4530; Active Directory's).
const UNCHANGING: [&str; 2] = ["entryUUID", "objectGUID"];
/// Where the entry has no name of the kind that the settings ask for.
const COMMON_NAME: &str = "cn";

impl Wanted<'_> {
    pub(super) fn names(&self) -> Vec<&str> {
        let Attributes { subject, mail, name, given_name, family_name, groups } = self.0;
        let mut names = vec![mail.as_str(), name, COMMON_NAME, given_name, family_name, groups];
        let unchanging = if subject.is_empty() { UNCHANGING.as_slice() } else { &[subject.as_str()] };
        names.extend(unchanging);
        names.retain(|name| !name.is_empty());
        names
    }

    pub(super) fn person(&self, entry: &SearchEntry) -> Result<Person, Away> {
        // Whoever binds without a name is nobody.
        if entry.dn.is_empty() {
            return Err(Away("an entry without a DN".to_owned()));
        }
        Ok(Person {
            subject: self.subject(entry)?,
            dn: entry.dn.clone(),
            mail: text(entry, &self.0.mail),
            name: text(entry, &self.0.name).or_else(|| text(entry, COMMON_NAME)),
            given_name: text(entry, &self.0.given_name),
            family_name: text(entry, &self.0.family_name),
            groups: values(entry, &self.0.groups).iter().filter_map(|value| utf8(value)).collect(),
        })
    }

    fn subject(&self, entry: &SearchEntry) -> Result<String, Away> {
        let asked = self.0.subject.as_str();
        if asked.is_empty() {
            return Ok(UNCHANGING.iter().find_map(|name| identifier(entry, name)).unwrap_or_else(|| entry.dn.clone()));
        }
        identifier(entry, asked).ok_or_else(|| Away(format!("{} shows no {asked}", entry.dn)))
    }
}

/// Active Directory's is 16 bytes, which now and then happen to be a text.
fn identifier(entry: &SearchEntry, name: &str) -> Option<String> {
    let value = values(entry, name).into_iter().next()?;
    let readable = utf8(&value).filter(|_| !name.eq_ignore_ascii_case("objectGUID"));
    readable.or_else(|| (!value.is_empty()).then(|| hex(&value)))
}

fn text(entry: &SearchEntry, name: &str) -> Option<String> {
    values(entry, name).iter().find_map(|value| utf8(value))
}

fn utf8(value: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(value).ok()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// All values; names know no case, and may carry options: `memberOf;range=0-1499` (RFC 4512 §2.5).
fn values(entry: &SearchEntry, name: &str) -> Vec<Vec<u8>> {
    let is_it = |found: &String| {
        let bare = found.split_once(';').map_or(found.as_str(), |(bare, _)| bare);
        bare.eq_ignore_ascii_case(name)
    };
    let texts = entry.attrs.iter().filter(|(found, _)| is_it(found));
    let bytes = entry.bin_attrs.iter().filter(|(found, _)| is_it(found));
    let texts = texts.flat_map(|(_, values)| values.iter().map(|value| value.clone().into_bytes()));
    texts.chain(bytes.flat_map(|(_, values)| values.iter().cloned())).collect()
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn entry(attributes: &[(&str, &[u8])]) -> SearchEntry {
        let mut found = SearchEntry { dn: "uid=ada".to_owned(), attrs: HashMap::new(), bin_attrs: HashMap::new() };
        for (name, value) in attributes {
            match std::str::from_utf8(value) {
                Ok(text) => found.attrs.entry((*name).to_owned()).or_default().push(text.to_owned()),
                Err(_) => found.bin_attrs.entry((*name).to_owned()).or_default().push(value.to_vec()),
            }
        }
        found
    }

    fn person(attributes: &[(&str, &[u8])]) -> Person {
        Wanted(&Attributes::default()).person(&entry(attributes)).unwrap()
    }

    #[test]
    fn a_person_is_known_by_what_never_changes() {
        assert_eq!(person(&[("entryUUID", b"abc-1"), ("mail", b"a@b.example")]).subject, "abc-1");
        assert_eq!(person(&[("objectGUID", &[0xff, 0, 1])]).subject, "ff0001");
        assert_eq!(person(&[("objectGUID", b"0123456789abcdef")]).subject, "30313233343536373839616263646566");
        assert_eq!(person(&[]).subject, "uid=ada");
    }

    /// Without it the DN would count, and the person would be somebody else here.
    #[test]
    fn an_identifier_that_was_asked_for_and_is_not_shown_is_no_answer() {
        let attributes = Attributes { subject: "employeeNumber".to_owned(), ..Attributes::default() };
        assert!(Wanted(&attributes).person(&entry(&[("entryUUID", b"abc-1")])).is_err());
    }

    /// RFC 4513 §5.1.1: a bind with an empty name is anonymous.
    #[test]
    fn an_entry_without_a_name_is_nobody() {
        let nameless = SearchEntry { dn: String::new(), ..entry(&[("entryUUID", b"abc-1")]) };
        assert!(Wanted(&Attributes::default()).person(&nameless).is_err());
    }

    #[test]
    fn attributes_are_read_in_any_case_and_with_options() {
        let ada = person(&[("MAIL", b" ada@corp.example "), ("memberOf;range=0-1499", b"cn=a"), ("cn", b"Ada")]);
        assert_eq!((ada.mail.as_deref(), ada.name.as_deref()), (Some("ada@corp.example"), Some("Ada")));
        assert_eq!(ada.groups, ["cn=a"]);
    }
}

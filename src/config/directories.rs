//! Directories (LDAP, Active Directory) that know the passwords of an address's domain.

use std::{collections::BTreeSet, net::IpAddr, path::PathBuf, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use url::Url;

use super::{Misfit, duration, require, within};
use crate::domain::{organisation::OrganisationRole, secret::Secret, time::Seconds, user::Role};

/// One `[[directories]]` entry.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectorySettings {
    /// Unique, and for ever: links of accounts carry it.
    pub name: String,
    /// The directory is the authority for addresses of these domains.
    pub domains: Vec<String>,
    /// `ldaps://host:port` or `ldap://host:port`.
    pub url: String,
    /// TLS begins on the plain port.
    #[serde(default)]
    pub starttls: bool,
    /// Passwords may travel readable over the network.
    #[serde(default)]
    pub plaintext: bool,
    /// The certificates (PEM) that count; the system's without.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Who searches; nobody in particular where it is empty.
    #[serde(default)]
    pub bind_dn: String,
    #[serde(default, skip_serializing, deserialize_with = "hidden")]
    pub bind_password: Option<Secret<String>>,
    #[serde(default)]
    pub bind_password_file: Option<PathBuf>,
    pub base_dn: String,
    /// Finds exactly one entry; `{email}` and `{username}` (the part before the `@`) are filled in, escaped (RFC 4515 §3).
    #[serde(default = "by_mail")]
    pub user_filter: String,
    #[serde(default)]
    pub attributes: Attributes,
    /// Where groups are searched that name their members; empty: the entry names its groups.
    #[serde(default)]
    pub group_base_dn: String,
    /// Also knows `{dn}`.
    #[serde(default = "by_member")]
    pub group_filter: String,
    #[serde(default)]
    pub mappings: Vec<Mapping>,
    #[serde(default)]
    pub limits: DirectoryLimits,
}

/// What the attributes of an entry are called.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attributes {
    /// Never changes and is never given to another; empty: `entryUUID`, else `objectGUID`, else the DN.
    pub subject: String,
    pub mail: String,
    pub name: String,
    pub given_name: String,
    pub family_name: String,
    /// The DNs of the entry's groups.
    pub groups: String,
}

/// What the members of a group are here. Whatever some mapping names is given and taken at each sign-in; the rest is not touched.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The group's DN; without one the mapping is for everybody in the directory.
    pub group: Option<String>,
    pub privileges: Vec<String>,
    pub groups: Vec<String>,
    /// The name of an organisation; it is made where there is none.
    pub organisation: Option<String>,
    pub organisation_role: OrganisationRank,
    /// `admin`: an administrator of this server.
    pub role: Option<Rank>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rank {
    Member,
    Admin,
}

/// What a mapping makes of a member of an organisation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrganisationRank {
    #[default]
    Member,
    Admin,
}

/// How long a directory is waited for, and how many sign-ins it may have at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DirectoryLimits {
    /// Until a connection stands, TLS included.
    pub connect_seconds: Seconds,
    /// One question.
    pub answer_seconds: Seconds,
    /// A sign-in from its beginning to its end.
    pub sign_in_seconds: Seconds,
    pub connections: u32,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    Tls,
    StartTls,
    None,
}

impl Default for Attributes {
    fn default() -> Self {
        let name = |text: &str| text.to_owned();
        Self {
            subject: String::new(),
            mail: name("mail"),
            name: name("displayName"),
            given_name: name("givenName"),
            family_name: name("sn"),
            groups: name("memberOf"),
        }
    }
}

impl Default for DirectoryLimits {
    fn default() -> Self {
        Self { connect_seconds: Seconds(3), answer_seconds: Seconds(3), sign_in_seconds: Seconds(10), connections: 8 }
    }
}

impl DirectoryLimits {
    pub fn connect(&self) -> Duration {
        duration(self.connect_seconds)
    }

    pub fn answer(&self) -> Duration {
        duration(self.answer_seconds)
    }

    pub fn sign_in(&self) -> Duration {
        duration(self.sign_in_seconds)
    }
}

impl From<Rank> for Role {
    fn from(rank: Rank) -> Self {
        match rank {
            Rank::Member => Self::Member,
            Rank::Admin => Self::Admin,
        }
    }
}

impl From<OrganisationRank> for OrganisationRole {
    fn from(rank: OrganisationRank) -> Self {
        match rank {
            OrganisationRank::Member => Self::Member,
            OrganisationRank::Admin => Self::Admin,
        }
    }
}

impl DirectorySettings {
    pub fn protection(&self) -> Protection {
        if self.url.starts_with("ldaps:") {
            Protection::Tls
        } else if self.starttls {
            Protection::StartTls
        } else {
            Protection::None
        }
    }

    /// Whether passwords travel readable to another machine.
    pub fn is_readable_on_the_way(&self) -> bool {
        self.protection() == Protection::None && !self.is_on_this_machine()
    }

    fn is_on_this_machine(&self) -> bool {
        let Some(host) = Url::parse(&self.url).ok().and_then(|url| url.host_str().map(str::to_owned)) else {
            return false;
        };
        let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
        host == "localhost" || address.is_some_and(|address| address.is_loopback())
    }

    /// All entries together: their names are told apart, and a domain has one directory.
    pub(super) fn check_all(all: &[Self]) -> Result<(), Misfit> {
        all.iter().try_for_each(Self::check)?;
        let mut names = BTreeSet::new();
        require(all.iter().all(|one| names.insert(&one.name)), "directories.name", "must not stand twice")?;
        let mut domains = BTreeSet::new();
        let mut every = all.iter().flat_map(|one| &one.domains);
        require(every.all(|domain| domains.insert(domain)), "directories.domains", "must not stand twice")
    }

    fn check(&self) -> Result<(), Misfit> {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        let named = (1..=32).contains(&self.name.len()) && self.name.bytes().all(plain);
        require(named, "directories.name", "must be 1 to 32 of a-z 0-9 -")?;
        let is_domain =
            |text: &String| text.contains('.') && !text.contains('@') && *text == text.trim().to_lowercase();
        let fits = !self.domains.is_empty() && self.domains.iter().all(is_domain);
        require(fits, "directories.domains", "must be domains in lower case, such as corp.example")?;
        self.check_connection()?;
        self.check_bind()?;
        self.check_search()?;
        self.limits.check()
    }

    fn check_connection(&self) -> Result<(), Misfit> {
        let name = "directories.url";
        let url = Url::parse(&self.url).ok().filter(|url| ["ldap", "ldaps"].contains(&url.scheme()));
        let bare = url.is_some_and(|url| {
            let names_a_host = url.host_str().is_some_and(|host| !host.is_empty());
            names_a_host && url.username().is_empty() && url.password().is_none() && ["", "/"].contains(&url.path())
        });
        require(bare, name, "must be ldaps://host:port or ldap://host:port")?;
        let twice = self.starttls && self.url.starts_with("ldaps:");
        require(!twice, "directories.starttls", "is for ldap://: with ldaps:// the connection begins with TLS")?;
        require(
            self.plaintext || !self.is_readable_on_the_way(),
            name,
            "would send passwords readable over the network: use ldaps:// or starttls = true (or say plaintext = true)",
        )
    }

    fn check_bind(&self) -> Result<(), Misfit> {
        let (given, named) = (self.bind_password.as_ref(), self.bind_password_file.is_some());
        let name = "directories.bind_password";
        require(!(given.is_some() && named), name, "is set, and so is bind_password_file")?;
        let fits = self.bind_dn.is_empty() != (given.is_some() || named);
        require(fits, name, "(or bind_password_file) and bind_dn are set together or not at all")?;
        // A bind without a password is a success of nobody in particular (RFC 4513 §5.1.2).
        require(given.is_none_or(|secret| !secret.reveal().is_empty()), name, "must not be empty")
    }

    fn check_search(&self) -> Result<(), Misfit> {
        require(!self.base_dn.trim().is_empty(), "directories.base_dn", "must not be empty")?;
        let asks = ["{email}", "{username}"].iter().any(|place| self.user_filter.contains(place));
        require(asks, "directories.user_filter", "must contain {email} or {username}")?;
        let asks = ["{dn}", "{email}", "{username}"].iter().any(|place| self.group_filter.contains(place));
        require(asks, "directories.group_filter", "must contain {dn}, {email} or {username}")?;
        let is_group = |mapping: &Mapping| mapping.group.as_ref().is_none_or(|dn| dn.contains('='));
        let named = self.mappings.iter().all(is_group);
        require(named, "directories.mappings.group", "must be the whole DN of a group")
    }
}

impl DirectoryLimits {
    fn check(&self) -> Result<(), Misfit> {
        within("directories.limits.connect_seconds", self.connect_seconds.0, 1, 60)?;
        within("directories.limits.answer_seconds", self.answer_seconds.0, 1, 60)?;
        within("directories.limits.sign_in_seconds", self.sign_in_seconds.0, 1, 120)?;
        within("directories.limits.connections", self.connections, 1, 1000)
    }
}

/// A password in the wrong place must not come back in a message.
fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret<String>>, D::Error> {
    let text = String::deserialize(deserializer).map_err(|_reason| D::Error::custom("must be a text"))?;
    Ok(Some(Secret::new(text)))
}

fn by_mail() -> String {
    "(mail={email})".to_owned()
}

fn by_member() -> String {
    "(member={dn})".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str =
        "name = 'corp'\ndomains = ['corp.example']\nurl = 'ldaps://dc.corp.example'\nbase_dn = 'dc=corp'\n";

    fn read(more: &str) -> DirectorySettings {
        toml::from_str(&format!("{LEAST}{more}")).unwrap()
    }

    fn refused(change: impl FnOnce(&mut DirectorySettings)) -> &'static str {
        let mut settings = read("");
        change(&mut settings);
        settings.check().unwrap_err().name
    }

    #[test]
    fn four_lines_are_enough() {
        let settings = read("");
        settings.check().unwrap();
        assert_eq!((settings.protection(), settings.user_filter.as_str()), (Protection::Tls, "(mail={email})"));
    }

    #[test]
    fn a_password_is_not_printed_nor_quoted() {
        let settings = read("bind_dn = 'cn=signet'\nbind_password = 'hunter2'\n");
        settings.check().unwrap();
        assert!(!format!("{settings:?}").contains("hunter2"));
        assert!(!toml::to_string(&settings).unwrap().contains("hunter2"));
        let error = toml::from_str::<DirectorySettings>(&format!("{LEAST}bind_password = 4711\n")).unwrap_err();
        assert!(!error.message().contains("4711"), "{error}");
    }

    #[test]
    fn a_password_travels_readable_only_on_this_machine_or_where_the_operator_says_so() {
        let plain = |url: &str| refused(|settings| url.clone_into(&mut settings.url));
        assert_eq!(plain("ldap://dc.corp.example"), "directories.url");
        assert_eq!(plain("ldap://localhost.corp.example"), "directories.url");
        for url in ["ldap://127.0.0.1:389", "ldap://localhost", "ldap://[::1]:389"] {
            let mut settings = read("");
            url.clone_into(&mut settings.url);
            settings.check().unwrap();
        }
        for setting in ["starttls = true", "plaintext = true"] {
            let mut settings = read(setting);
            "ldap://dc.corp.example".clone_into(&mut settings.url);
            settings.check().unwrap();
        }
        assert_eq!(refused(|settings| settings.starttls = true), "directories.starttls");
    }

    #[test]
    fn an_address_without_a_host_or_of_another_kind_is_refused() {
        for url in ["ldaps:///", "ldapi://%2Frun", "https://dc.corp.example", "ldaps://u:p@dc", "ldaps://dc/dc=corp"] {
            assert_eq!(refused(|settings| url.clone_into(&mut settings.url)), "directories.url", "{url}");
        }
    }

    #[test]
    fn who_searches_has_a_name_and_a_password_or_neither() {
        let secret = |text: &str| Some(Secret::new(text.to_owned()));
        let name = "directories.bind_password";
        assert_eq!(refused(|settings| settings.bind_dn = "cn=signet".to_owned()), name);
        assert_eq!(refused(|settings| settings.bind_password = secret("x")), name);
        let empty = |settings: &mut DirectorySettings| {
            settings.bind_dn = "cn=signet".to_owned();
            settings.bind_password = secret("");
        };
        assert_eq!(refused(empty), name);
    }

    #[test]
    fn a_filter_asks_for_somebody_and_a_mapping_names_a_whole_dn() {
        assert_eq!(refused(|settings| settings.user_filter = "(mail=*)".to_owned()), "directories.user_filter");
        assert_eq!(refused(|settings| settings.group_filter = "(cn=*)".to_owned()), "directories.group_filter");
        let mapping = Mapping { group: Some("admins".to_owned()), ..Mapping::default() };
        assert_eq!(refused(|settings| settings.mappings.push(mapping)), "directories.mappings.group");
    }

    #[test]
    fn a_domain_has_one_directory() {
        let other = DirectorySettings { name: "other".to_owned(), ..read("") };
        assert_eq!(DirectorySettings::check_all(&[read(""), other]).unwrap_err().name, "directories.domains");
        assert_eq!(DirectorySettings::check_all(&[read(""), read("")]).unwrap_err().name, "directories.name");
        assert_eq!(refused(|settings| settings.domains = vec!["Corp.example".to_owned()]), "directories.domains");
    }
}

//! People.

use std::collections::BTreeMap;

use super::{ids::UserId, time::Timestamp};

/// A person with an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    pub id: UserId,
    /// Unique; what a person may type instead of an address.
    pub username: String,
    /// Unique among all users, lower-case.
    pub email: Option<String>,
    pub email_verified: bool,
    pub profile: Profile,
    pub status: UserStatus,
    pub role: Role,
    /// What products let this user do, in their own words; comind's `privileges`.
    pub privileges: Vec<String>,
    /// What a deployment keeps beside the standard members: a name and its JSON, such as `assigned_agents` and `["a"]`.
    pub attributes: BTreeMap<String, String>,
    /// Goes up with each change of password, status, privileges or groups.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The members of OpenID Connect Core §5.1 that we keep for a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    pub name: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub picture: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
    pub phone_number: Option<String>,
    pub phone_number_verified: bool,
    pub address: Option<Address>,
}

/// OpenID Connect Core §5.1.1.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct Address {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formatted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locality: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserStatus {
    Active,
    /// For a while.
    Suspended,
    /// For good; the account is kept, and nobody can use it.
    Disabled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Member,
    /// Everything.
    Admin,
    /// Sees everything and changes nothing.
    Auditor,
    /// Looks after the clients that are theirs.
    ClientManager,
}

impl User {
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }

    /// What pages call the user: the name, else the address, else the username.
    pub fn display_name(&self) -> &str {
        self.profile.name.as_deref().or(self.email.as_deref()).unwrap_or(&self.username)
    }
}

impl UserStatus {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Disabled => "disabled",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Suspended, Self::Disabled].into_iter().find(|status| status.as_str() == text)
    }
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Member, Self::Admin, Self::Auditor, Self::ClientManager];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Auditor => "auditor",
            Self::ClientManager => "client_manager",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == text)
    }
}

/// An address as we keep and compare it: trimmed, lower-case, one `@` with something on both sides; nothing that a letter
/// cannot be sent to (RFC 5322 §3.2.3), and nothing that a reader cannot see or that reorders what is read.
pub fn normal_email(text: &str) -> Option<String> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@')?;
    let fits = !local.is_empty()
        && domain.len() >= 3
        && text.len() <= 254
        && text.chars().all(|c| fits_an_address(c) || c == '@')
        && !local.contains('@')
        && local.split('.').chain(domain.split('.')).all(|part| !part.is_empty());
    fits.then(|| text.to_lowercase())
}

fn fits_an_address(c: char) -> bool {
    match c {
        '!'..='~' => !"()<>[]:;@\\,\"".contains(c),
        other => !other.is_ascii() && other.is_alphanumeric(),
    }
}

/// A username as we keep it: 1 to 64 of `a-z 0-9 . _ -`, lower-case, never with an `@`, never like an id.
pub fn normal_username(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let fits = (1..=64).contains(&text.len())
        && !text.starts_with("usr_")
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_compared_in_lower_case() {
        assert_eq!(normal_email(" Alice@Example.COM ").as_deref(), Some("alice@example.com"));
        assert_eq!(normal_email("alice"), None);
        assert_eq!(normal_email("a@b@example.com"), None);
        assert_eq!(normal_email("a b@example.com"), None);
        assert_eq!(normal_email("jürgen@müller.example").as_deref(), Some("jürgen@müller.example"));
    }

    #[test]
    fn an_address_that_no_letter_reaches_is_none() {
        for text in [
            "a<b>@example.com",
            "a,b@example.com",
            "a@b..c",
            ".a@example.com",
            "a\u{202e}b@example.com",
            "a\u{200b}b@c.de",
        ] {
            assert_eq!(normal_email(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_username_cannot_be_an_address() {
        assert_eq!(normal_username("Jane.Doe").as_deref(), Some("jane.doe"));
        assert_eq!(normal_username("jane@doe"), None);
        assert_eq!(normal_username(""), None);
    }

    /// Where a user may be named by either, one must not be taken for the other.
    #[test]
    fn a_username_cannot_be_an_id() {
        for text in ["usr_0069216f00", " USR_alice", "usr_"] {
            assert_eq!(normal_username(text), None, "{text:?}");
        }
        for text in ["usr", "usr-alice", "a.usr_alice"] {
            assert_eq!(normal_username(text).as_deref(), Some(text));
        }
    }
}

//! Ids: prefixed, time-ordered and opaque; made from a moment and bytes that the caller draws.

use std::{
    fmt::{self, Write as _},
    marker::PhantomData,
};

use super::time::Timestamp;

/// What an id names; gives the id its prefix.
pub trait Kind {
    const PREFIX: &'static str;
}

/// An id of one kind, such as `usr_0069216f00…`.
pub struct Id<K> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

#[derive(Debug)]
pub struct UserKind;
#[derive(Debug)]
pub struct SessionKind;
#[derive(Debug)]
pub struct SecretKind;
#[derive(Debug)]
pub struct OrganisationKind;
#[derive(Debug)]
pub struct GroupKind;
#[derive(Debug)]
pub struct ApiKeyKind;
#[derive(Debug)]
pub struct LetterKind;
#[derive(Debug)]
pub struct EventKind;

pub type UserId = Id<UserKind>;
pub type SessionId = Id<SessionKind>;
/// Names one of a client's secrets, so that an administrator can say which to drop.
pub type ClientSecretId = Id<SecretKind>;
pub type OrganisationId = Id<OrganisationKind>;
pub type GroupId = Id<GroupKind>;
pub type ApiKeyId = Id<ApiKeyKind>;
pub type LetterId = Id<LetterKind>;
/// Names an entry of the audit log.
pub type EventId = Id<EventKind>;

impl Kind for UserKind {
    const PREFIX: &'static str = "usr_";
}
impl Kind for SessionKind {
    const PREFIX: &'static str = "ses_";
}
impl Kind for SecretKind {
    const PREFIX: &'static str = "sec_";
}
impl Kind for OrganisationKind {
    const PREFIX: &'static str = "org_";
}
impl Kind for GroupKind {
    const PREFIX: &'static str = "grp_";
}
impl Kind for ApiKeyKind {
    const PREFIX: &'static str = "key_";
}
impl Kind for LetterKind {
    const PREFIX: &'static str = "ltr_";
}
impl Kind for EventKind {
    const PREFIX: &'static str = "evt_";
}

impl<K: Kind> Id<K> {
    /// Ids of later moments sort after those of earlier ones; 80 random bits tell the rest apart.
    pub fn new(at: Timestamp, random: [u8; 10]) -> Self {
        let mut text = format!("{}{:010x}", K::PREFIX, at.unix());
        for byte in random {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        Self { text, kind: PhantomData }
    }

    /// Accepts what `new` makes, and nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(K::PREFIX)?;
        let fits = digits.len() == 30 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        fits.then(|| Self { text: text.to_owned(), kind: PhantomData })
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self { text: self.text.clone(), kind: PhantomData }
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K> Eq for Id<K> {}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_after_earlier_ones() {
        let early = UserId::new(Timestamp::from_unix(1_000), [255; 10]);
        let late = UserId::new(Timestamp::from_unix(1_001), [0; 10]);
        assert!(early.as_str() < late.as_str());
    }

    #[test]
    fn an_id_of_another_kind_does_not_parse() {
        let user = UserId::new(Timestamp::from_unix(1_000), [7; 10]);
        assert_eq!(UserId::parse(user.as_str()), Some(user.clone()));
        assert_eq!(SessionId::parse(user.as_str()), None);
        assert_eq!(UserId::parse("usr_"), None);
    }
}

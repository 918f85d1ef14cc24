//! Scopes: a list of names, in the order of the request. RFC 6749 §3.3.

use std::fmt;

pub const OPENID: &str = "openid";
pub const OFFLINE_ACCESS: &str = "offline_access";

/// A list of scope names without doubles; two with the same names are equal in any order.
#[derive(Clone, Debug, Default)]
pub struct Scope(Vec<String>);

impl Scope {
    /// At most 64 names and 2048 bytes, each name of `%x21 / %x23-5B / %x5D-7E`.
    pub fn parse(text: &str) -> Option<Self> {
        let names: Vec<_> = text.split(' ').filter(|name| !name.is_empty()).collect();
        let fits = text.len() <= 2048 && names.len() <= 64 && names.iter().all(|name| is_token(name));
        fits.then(|| names.into_iter().collect())
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, name: &str) -> bool {
        self.iter().any(|one| one == name)
    }

    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|name| other.contains(name))
    }

    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter().filter(|name| other.contains(name)).collect()
    }

    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        self.iter().filter(|name| !other.contains(name)).collect()
    }
}

fn is_token(name: &str) -> bool {
    name.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

impl PartialEq for Scope {
    fn eq(&self, other: &Self) -> bool {
        self.is_subset_of(other) && other.is_subset_of(self)
    }
}

impl Eq for Scope {}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(" "))
    }
}

impl<'a> FromIterator<&'a str> for Scope {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        names.into_iter().map(str::to_owned).collect()
    }
}

impl FromIterator<String> for Scope {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        let mut scope = Self::default();
        for name in names {
            if !scope.contains(&name) {
                scope.0.push(name);
            }
        }
        scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_keeps_its_order_and_drops_doubles() {
        assert_eq!(Scope::parse("b a b").unwrap().to_string(), "b a");
        assert_eq!(Scope::parse("a b").unwrap(), Scope::parse("b a").unwrap());
        assert!(Scope::parse("").unwrap().is_empty());
    }

    /// RFC 6749 §3.3.
    #[test]
    fn a_scope_has_only_the_characters_of_the_rfc() {
        for wrong in ["a\"b", "a\\b", "ä", "a\tb", "a\nb"] {
            assert!(Scope::parse(wrong).is_none(), "{wrong}");
        }
        assert!(Scope::parse("https://api.example/read urn:x:y read:projects").is_some());
    }

    proptest::proptest! {
        #[test]
        fn what_parses_prints_and_parses_the_same(text in ".{0,80}") {
            if let Some(scope) = Scope::parse(&text) {
                assert_eq!(Scope::parse(&scope.to_string()), Some(scope.clone()));
                assert!(scope.without(&scope).is_empty());
                assert_eq!(scope.union(&scope), scope);
                assert!(scope.intersection(&Scope::default()).is_empty());
            }
        }
    }
}

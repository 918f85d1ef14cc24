//! Scopes: sets of words that a client asks for.

use std::fmt;

pub const OPENID: &str = "openid";
pub const OFFLINE_ACCESS: &str = "offline_access";

const LONGEST: usize = 2048;
const MOST: usize = 64;

/// A set of scope tokens that remembers the order in which they were asked for. RFC 6749 §3.3.
#[must_use]
#[derive(Clone, Debug, Default)]
pub struct Scope(Vec<String>);

impl Scope {
    /// At most 2048 bytes and 64 tokens; an empty text is the empty scope, and spaces beyond one between tokens count for nothing.
    pub fn parse(text: &str) -> Option<Self> {
        let tokens = || text.split(' ').filter(|token| !token.is_empty());
        let fits = text.len() <= LONGEST && tokens().nth(MOST).is_none() && tokens().all(is_token);
        fits.then(|| tokens().collect())
    }

    pub fn contains(&self, token: &str) -> bool {
        self.iter().any(|own| own == token)
    }

    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.iter().all(|token| other.contains(token))
    }

    /// What both have, in the order of `self`.
    pub fn intersection(&self, other: &Self) -> Self {
        self.iter().filter(|token| other.contains(token)).collect()
    }

    /// What either has: first `self`, then what `other` adds.
    pub fn union(&self, other: &Self) -> Self {
        self.iter().chain(other.iter()).collect()
    }

    /// What `self` has and `other` has not.
    pub fn without(&self, other: &Self) -> Self {
        self.iter().filter(|token| !other.contains(token)).collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

// Order carries no meaning (RFC 6749 §3.3).
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

/// Words that are no scope tokens are left out: a scope always reads back as itself.
impl FromIterator<String> for Scope {
    fn from_iter<I: IntoIterator<Item = String>>(tokens: I) -> Self {
        let mut scope = Self::default();
        for token in tokens {
            if is_token(&token) && !scope.contains(&token) {
                scope.0.push(token);
            }
        }
        scope
    }
}

impl<'a> FromIterator<&'a str> for Scope {
    fn from_iter<I: IntoIterator<Item = &'a str>>(tokens: I) -> Self {
        tokens.into_iter().map(str::to_owned).collect()
    }
}

fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scope(text: &str) -> Scope {
        Scope::parse(text).unwrap()
    }

    #[test]
    fn order_is_kept_and_doubles_are_not() {
        assert_eq!(scope("profile openid profile").to_string(), "profile openid");
    }

    #[test]
    fn order_does_not_make_scopes_differ() {
        assert_eq!(scope("openid profile"), scope("profile openid"));
        assert_ne!(scope("openid profile"), scope("openid"));
        assert_ne!(scope("openid"), scope("openid profile"));
    }

    /// RFC 6749 §3.3: upper and lower case are different words.
    #[test]
    fn case_matters() {
        assert!(!scope("openid").contains("OpenID"));
    }

    #[test]
    fn no_words_are_the_empty_scope() {
        assert_eq!(Scope::parse(""), Some(Scope::default()));
        assert!(scope(" ").is_empty());
        assert_eq!(scope(" a  b ").to_string(), "a b");
    }

    /// RFC 6749 §3.3.
    #[test]
    fn other_characters_are_refused() {
        for text in ["a\"b", "a\\b", "a\tb", "a\nb", "a\u{7f}", "ä", "a\u{a0}b", "a\0"] {
            assert_eq!(Scope::parse(text), None, "{text:?}");
        }
        assert!(Scope::parse("!#[]~ https://api.example/read").is_some());
    }

    #[test]
    fn size_is_bounded() {
        assert!(Scope::parse(&"a".repeat(2048)).is_some());
        assert_eq!(Scope::parse(&"a".repeat(2049)), None);
        assert!(Scope::parse(&"a ".repeat(64)).is_some());
        assert_eq!(Scope::parse(&"a ".repeat(65)), None);
    }

    #[test]
    fn sets_behave_as_sets() {
        let (ours, theirs) = (scope("a b c"), scope("c d b"));
        assert_eq!(ours.intersection(&theirs).to_string(), "b c");
        assert_eq!(ours.union(&theirs).to_string(), "a b c d");
        assert_eq!(ours.without(&theirs).to_string(), "a");
        assert!(scope("c a").is_subset_of(&ours));
        assert!(!theirs.is_subset_of(&ours));
        assert!(Scope::default().is_subset_of(&theirs));
    }

    /// A name with a space would otherwise become two scopes when it is printed.
    #[test]
    fn words_that_are_no_tokens_are_left_out() {
        assert_eq!(["a", "b c", "", "d"].into_iter().collect::<Scope>().to_string(), "a d");
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(text in "\\PC{0,80}") {
            if let Some(read) = Scope::parse(&text) {
                prop_assert_eq!(Scope::parse(&read.to_string()), Some(read));
            }
        }

        #[test]
        fn a_scope_is_its_intersection_and_its_rest(ours in "[a-e ]{0,12}", theirs in "[a-e ]{0,12}") {
            let (ours, theirs) = (scope(&ours), scope(&theirs));
            let (shared, rest) = (ours.intersection(&theirs), ours.without(&theirs));
            prop_assert!(shared.is_subset_of(&ours) && shared.is_subset_of(&theirs));
            prop_assert!(rest.intersection(&theirs).is_empty());
            prop_assert_eq!(shared.union(&rest), ours);
        }
    }
}

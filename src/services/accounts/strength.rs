//! Which passwords are taken: by length, by what everybody tries first, and by who the user is. NIST SP 800-63B §3.1.1.2.
//!
//! The list is our own: words that people choose, and what they put behind them (`scripts/common-passwords` writes it). It
//! is measured by nothing but being tried first, so there is no estimate of strength, and no rule of composition.

use std::sync::LazyLock;

use super::Weakness;
use crate::{config::passwords::PasswordSettings, domain::secret::Secret};

/// Sorted, in lower case, of at least 8 characters.
static COMMON: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());

/// What a password must not be, in any case.
#[derive(Clone, Debug, Default)]
pub(in crate::services) struct Personal<'a> {
    pub email: Option<&'a str>,
    pub username: Option<&'a str>,
    pub name: Option<&'a str>,
}

/// Lengths are counted in characters.
pub(in crate::services) fn check(
    settings: &PasswordSettings,
    password: &Secret<String>,
    personal: &Personal<'_>,
) -> Result<(), Weakness> {
    let (minimum, maximum) = (settings.minimum_length, settings.maximum_length);
    let length = password.reveal().chars().count();
    if length < minimum {
        return Err(Weakness::TooShort { minimum });
    }
    if length > maximum {
        return Err(Weakness::TooLong { maximum });
    }
    let plain = Secret::new(password.reveal().to_lowercase());
    if personal.is(plain.reveal()) {
        return Err(Weakness::Personal);
    }
    if COMMON.binary_search(&plain.reveal().as_str()).is_ok() {
        return Err(Weakness::Common);
    }
    Ok(())
}

/// A longer one than we ever took is not right, and must not keep the hashers busy.
pub(in crate::services) fn is_too_long(settings: &PasswordSettings, password: &Secret<String>) -> bool {
    password.reveal().chars().count() > settings.maximum_length
}

impl Personal<'_> {
    fn is(&self, password: &str) -> bool {
        let local = self.email.and_then(|email| email.split('@').next());
        let members = [self.email, local, self.username, self.name];
        members.into_iter().flatten().any(|member| member.trim().to_lowercase() == password)
    }
}

impl<'a> From<&'a crate::domain::user::User> for Personal<'a> {
    fn from(user: &'a crate::domain::user::User) -> Self {
        Self { email: user.email.as_deref(), username: Some(&user.username), name: user.profile.name.as_deref() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(password: &str) -> Result<(), Weakness> {
        let personal = Personal {
            email: Some("alice.wonders@example.com"),
            username: Some("alice-in-wonderland"),
            name: Some("Alice Liddell"),
        };
        check(&PasswordSettings::default(), &Secret::new(password.to_owned()), &personal)
    }

    #[test]
    fn a_password_is_measured_in_characters() {
        assert_eq!(checked("ninechars"), Err(Weakness::TooShort { minimum: 10 }));
        assert_eq!(checked("ééééééééé"), Err(Weakness::TooShort { minimum: 10 }));
        assert_eq!(checked("éééééééééé"), Ok(()));
        assert_eq!(checked(&"xq".repeat(64)), Ok(()));
        assert_eq!(checked(&"x".repeat(129)), Err(Weakness::TooLong { maximum: 128 }));
    }

    #[test]
    fn what_everybody_tries_first_is_refused_in_any_case() {
        for common in ["1234567890", "qwertyuiop", "password123", "PassWord123!", "iloveyou123", "letmein123"] {
            assert_eq!(checked(common), Err(Weakness::Common), "{common}");
        }
        assert_eq!(checked("correct horse battery"), Ok(()));
    }

    #[test]
    fn who_the_user_is_does_for_no_password() {
        for personal in ["Alice.Wonders@example.com", "alice.wonders", "ALICE-in-wonderland", "alice liddell"] {
            assert_eq!(checked(personal), Err(Weakness::Personal), "{personal}");
        }
    }

    /// Every password in the contracts' examples has to work.
    #[test]
    fn the_examples_of_the_contracts_are_taken() {
        let examples = [
            "your_password",
            "your-password",
            "secure_password",
            "new_secure_password",
            "secure-password-123",
            "SecurePass123!",
            "OldPass123!",
            "NewPass456!",
        ];
        for example in examples {
            assert_eq!(checked(example), Ok(()), "{example}");
        }
    }

    #[test]
    fn the_list_is_sorted_and_in_its_normal_form() {
        assert!(COMMON.len() >= 10_000, "{}", COMMON.len());
        assert!(COMMON.is_sorted_by(|one, next| one < next));
        let normal =
            |entry: &&str| entry.chars().count() >= 8 && entry.to_lowercase() == **entry && !entry.contains(' ');
        assert!(COMMON.iter().all(normal));
    }
}

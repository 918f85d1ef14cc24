//! Usernames that are made from addresses.

use std::fmt::Write as _;

use crate::crypto::random;

/// `alice`, then `alice-2` to `alice-9`, then one that nobody has.
pub(in crate::services) fn candidates(email: &str) -> Vec<String> {
    let start = readable_part(email);
    let numbered = (2..=9).map(|n| format!("{start}-{n}"));
    std::iter::once(start.clone()).chain(numbered).chain([rare(email)]).collect()
}

/// One that nobody has, and that tells of nobody else: which plain names are free would tell who has registered.
pub(in crate::services) fn rare(email: &str) -> String {
    let mut name = readable_part(email);
    name.push('-');
    for byte in random::bytes::<6>() {
        // Writing to a String cannot fail; a shorter name would only be less rare.
        let _ = write!(name, "{byte:02x}");
    }
    name
}

/// The part of an address before the `@`, with only what a username may hold; it cannot begin like an id.
fn readable_part(email: &str) -> String {
    let local = email.split('@').next().unwrap_or_default();
    let kept: String = local.chars().filter(|c| c.is_ascii_alphanumeric() || "._-".contains(*c)).take(48).collect();
    let kept = kept.trim_start_matches("usr_");
    if kept.is_empty() { "user".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::normal_username;

    #[test]
    fn a_username_is_made_from_the_address() {
        assert_eq!(readable_part("alice.smith+news@example.com"), "alice.smithnews");
        assert_eq!(readable_part("жук@example.com"), "user");
        assert_eq!(readable_part("usr_usr_alice@example.com"), "alice");
        assert_eq!(readable_part("usr_@example.com"), "user");
        let all = candidates("alice@example.com");
        assert_eq!(all[..3], ["alice", "alice-2", "alice-3"]);
        assert!(all.iter().all(|name| normal_username(name).as_ref() == Some(name)));
        assert_ne!(rare("alice@example.com"), rare("alice@example.com"));
    }
}

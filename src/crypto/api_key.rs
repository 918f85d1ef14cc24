//! API keys as text: `sk_live_…`, whose last characters tell a key from noise without a look-up.

use zeroize::Zeroizing;

use super::random;
use crate::domain::{
    api_key::{Environment, is_prefix},
    secret::Secret,
};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 30 characters of 62 are 178 random bits.
const BODY: usize = 30;

/// Six characters of 62 hold 32 bits.
const CHECKSUM: usize = 6;

/// So much of the body is shown later, so that people know a key again.
const SHOWN: usize = 3;

/// A prefix has at most 12 letters, an environment four.
const LONGEST: usize = 12 + 1 + 4 + 1 + BODY + CHECKSUM;

/// A new key, and the beginning by which people know it again.
#[derive(Debug)]
pub struct Minted {
    pub key: Secret<String>,
    pub beginning: String,
}

/// prefix `_` environment `_` body ‖ checksum of everything before it.
pub fn mint(prefix: &str, environment: Environment) -> Minted {
    let front = format!("{prefix}_{}_", environment.as_str());
    let body = body();
    let beginning = front.chars().chain(body.chars().take(SHOWN)).collect();
    let head = Zeroizing::new(format!("{front}{}", *body));
    Minted { key: Secret::new(format!("{}{}", *head, checksum(&head))), beginning }
}

/// Looks at the whole text: every part, its length and the checksum. No key passes with a character more or less.
pub fn is_key(text: &str) -> bool {
    let at = text.len().saturating_sub(CHECKSUM);
    let Some((head, sum)) = text.split_at_checked(at).filter(|_| text.len() <= LONGEST) else {
        return false;
    };
    let mut parts = head.split('_');
    let (Some(prefix), Some(environment), Some(body), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    is_prefix(prefix)
        && Environment::parse(environment).is_some()
        && body.len() == BODY
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && checksum(head) == sum
}

fn body() -> Zeroizing<String> {
    let mut body = Zeroizing::new(String::with_capacity(BODY));
    while body.len() < BODY {
        let drawn = Zeroizing::new(random::bytes::<48>());
        // 248 is four times 62: what lies above would make the first characters likelier.
        let fair = drawn.iter().filter(|byte| **byte < 248).map(|byte| digit(u32::from(*byte)));
        let missing = BODY.saturating_sub(body.len());
        body.extend(fair.take(missing));
    }
    body
}

/// The CRC-32 of Ethernet and zip, in base62, the most significant digit first.
fn checksum(head: &str) -> String {
    let crc = crc32(head.as_bytes());
    let places = [62_u32.pow(5), 62_u32.pow(4), 62_u32.pow(3), 62_u32.pow(2), 62, 1];
    places.into_iter().map(|place| digit(crc / place)).collect()
}

fn crc32(bytes: &[u8]) -> u32 {
    let shift = |crc: u32| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| shift(crc)))
}

fn digit(number: u32) -> char {
    let found = usize::try_from(number % 62).ok().and_then(|at| ALPHABET.get(at));
    found.copied().map_or('0', char::from)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn key() -> String {
        mint("sk", Environment::Live).key.reveal().clone()
    }

    #[test]
    fn a_key_says_what_it_is_and_carries_178_bits() {
        let minted = mint("cdt", Environment::Test);
        let key = minted.key.reveal();
        assert!(key.starts_with("cdt_test_") && is_key(key), "{key}");
        assert_eq!(key.len(), "cdt_test_".len() + 36);
        assert!(key.starts_with(&minted.beginning) && minted.beginning.len() == "cdt_test_".len() + 3);
        assert_ne!(*key, *mint("cdt", Environment::Test).key.reveal());
    }

    /// Every character turns up: nothing is cut off by the drawing.
    #[test]
    fn all_sixty_two_characters_are_drawn() {
        let drawn: BTreeSet<char> = (0..100).flat_map(|_| body().chars().collect::<Vec<_>>()).collect();
        assert_eq!(drawn.len(), 62);
    }

    /// The check value that every description of CRC-32 gives; scanners of others compute the same.
    #[test]
    fn the_checksum_is_crc_32() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(checksum("123456789"), "3jZRME");
    }

    /// Programs hold keys for years: the form must not change by accident.
    #[test]
    fn a_key_of_the_first_day_is_still_one() {
        assert!(is_key("sk_live_0123456789abcdefghijABCDEFGHIJ3rW3Y8"));
    }

    #[test]
    fn one_wrong_character_is_noise() {
        let key = key();
        for at in 0..key.len() {
            let other = if key.as_bytes()[at] == b'x' { "y" } else { "x" };
            let mut altered = key.clone();
            altered.replace_range(at..=at, other);
            assert!(!is_key(&altered), "{at}");
        }
    }

    /// An opaque token is checked whole, never by a prefix.
    #[test]
    fn a_truncated_or_longer_key_is_noise() {
        let key = key();
        let mut shorter = key.clone();
        while shorter.pop().is_some() {
            assert!(!is_key(&shorter), "{} characters", shorter.len());
        }
        for (before, after) in [("", "0"), ("", " "), ("", "\n"), (" ", ""), ("s", ""), ("_", ""), ("", "_")] {
            assert!(!is_key(&format!("{before}{key}{after}")), "{before:?} {after:?}");
        }
    }

    /// The checksum covers prefix and environment: a test key does not become a live one by editing.
    #[test]
    fn prefix_and_environment_are_under_the_checksum() {
        let key = key();
        assert!(!is_key(&key.replacen("live", "test", 1)));
        assert!(!is_key(&key.replacen("sk", "cdt", 1)));
    }

    #[test]
    fn debug_prints_no_key() {
        let minted = mint("sk", Environment::Live);
        assert!(!format!("{minted:?}").contains(minted.key.reveal().as_str()));
    }

    proptest! {
        #[test]
        fn every_prefix_makes_keys(prefix in "[a-z]{2,12}") {
            prop_assert!(is_key(mint(&prefix, Environment::Test).key.reveal()));
        }

        #[test]
        fn strange_text_is_no_key(text: String, body in "[0-9A-Za-z_]{0,50}") {
            prop_assert!(!is_key(&text));
            let text = format!("sk_live_{body}");
            prop_assert!(!is_key(&text));
        }
    }
}

//! Refresh tokens: a family and a generation under a MAC. A forged one costs no query, a stolen database holds none.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::seal::{Mac, Purpose, SealingRing};
use crate::domain::{
    grant::{FamilyId, RefreshToken},
    secret::Secret,
};

const VERSION: u8 = 1;

/// version ‖ key number ‖ family ‖ generation ‖ MAC, 78 characters of base64url.
pub fn mint(ring: &SealingRing, token: &RefreshToken) -> Secret<String> {
    let mac = ring.mac(Purpose::Refresh, &message(token));
    let generation = token.generation.to_be_bytes();
    let parts: [&[u8]; 4] = [&[VERSION, mac.key_id], &token.family.0, &generation, &mac.tag];
    Secret::new(URL_SAFE_NO_PAD.encode(parts.concat()))
}

/// Checks the whole text: another spelling of the same bytes is not the token.
pub fn parse(ring: &SealingRing, text: &str) -> Option<RefreshToken> {
    if text.len() != 78 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (&[version, key_id], rest) = bytes.split_first_chunk::<2>()?;
    let (&family, rest) = rest.split_first_chunk::<16>()?;
    let (&generation, tag) = rest.split_first_chunk::<8>()?;
    let mac = Mac { key_id, tag: tag.try_into().ok()? };

    let token = RefreshToken { family: FamilyId(family), generation: i64::from_be_bytes(generation) };
    let genuine = version == VERSION && ring.verify_mac(Purpose::Refresh, &message(&token), &mac);
    genuine.then_some(token)
}

/// The key number is not in it: it names the key, and no two numbers name the same one.
fn message(token: &RefreshToken) -> Vec<u8> {
    let parts: [&[u8]; 3] = [&[VERSION], &token.family.0, &token.generation.to_be_bytes()];
    parts.concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::samples::{NEW_LINE, OLD_LINE, ring};

    const TOKEN: RefreshToken = RefreshToken { family: FamilyId([7; 16]), generation: 3 };

    /// Compared without `Debug`: a refresh token prints nowhere.
    fn is_token(parsed: Option<RefreshToken>) -> bool {
        parsed == Some(TOKEN)
    }

    fn forged(change: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut bytes = URL_SAFE_NO_PAD.decode(mint(&ring(), &TOKEN).reveal()).unwrap();
        change(&mut bytes);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    #[test]
    fn a_minted_token_parses() {
        assert!(is_token(parse(&ring(), mint(&ring(), &TOKEN).reveal())));
        assert!(is_token(parse(&ring(), &forged(|_| ()))));
    }

    /// Applications hold such tokens for months: the form must not change by accident.
    #[test]
    fn a_token_of_the_first_version_still_parses() {
        let text = "AQEHBwcHBwcHBwcHBwcHBwcHAAAAAAAAAAMhd2LseRYkoDvSByTniD7dqEs0SEEyiS8x0vu26cAHAw";
        assert!(is_token(parse(&ring(), text)));
        assert_eq!(mint(&ring(), &TOKEN).reveal(), text);
    }

    #[test]
    fn a_changed_byte_is_a_forgery() {
        for position in 0..58 {
            let text = forged(|bytes| bytes[position] ^= 1);
            assert!(parse(&ring(), &text).is_none(), "byte {position}");
        }
    }

    #[test]
    fn another_version_is_refused() {
        assert!(parse(&ring(), &forged(|bytes| bytes[0] = 2)).is_none());
    }

    /// An opaque token is checked whole, never by a prefix.
    #[test]
    fn a_truncated_or_longer_token_is_refused() {
        let text = mint(&ring(), &TOKEN);
        let mut shorter = text.reveal().clone();
        while shorter.pop().is_some() {
            assert!(parse(&ring(), &shorter).is_none(), "{} characters", shorter.len());
        }
        assert!(parse(&ring(), &forged(|bytes| bytes.push(0))).is_none());
        for tail in ["A", "=", "==", " ", "\n", ".x"] {
            assert!(parse(&ring(), &format!("{}{tail}", text.reveal())).is_none(), "{tail:?}");
        }
    }

    /// 58 bytes leave four bits of the last character unused: they have to be zero.
    #[test]
    fn another_spelling_of_the_same_bytes_is_refused() {
        const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let text = mint(&ring(), &TOKEN);
        let mut head = text.reveal().clone();
        let last = head.pop();
        let spellings = ALPHABET.chars().filter(|other| parse(&ring(), &format!("{head}{other}")).is_some());
        assert_eq!(spellings.collect::<String>(), last.unwrap().to_string());
    }

    #[test]
    fn a_token_of_another_ring_is_a_forgery() {
        let other = SealingRing::parse(&NEW_LINE.replacen('2', "1", 1)).unwrap();
        assert!(parse(&ring(), mint(&other, &TOKEN).reveal()).is_none());
    }

    #[test]
    fn a_token_outlives_the_rotation_of_the_sealing_key() {
        let turned = SealingRing::parse(&format!("{NEW_LINE}\n{OLD_LINE}")).unwrap();
        assert!(is_token(parse(&turned, mint(&ring(), &TOKEN).reveal())));
        assert!(parse(&ring(), mint(&turned, &TOKEN).reveal()).is_none());
    }

    proptest! {
        #[test]
        fn every_family_and_generation_round_trips(family: [u8; 16], generation: i64) {
            let token = RefreshToken { family: FamilyId(family), generation };
            let text = mint(&ring(), &token);
            prop_assert!(parse(&ring(), text.reveal()) == Some(token));
        }

        #[test]
        fn strange_text_is_no_token(text: String, bytes: [u8; 29], more: [u8; 29]) {
            prop_assert!(parse(&ring(), &text).is_none());
            let bytes = [bytes, more].concat();
            prop_assert!(parse(&ring(), &URL_SAFE_NO_PAD.encode(bytes)).is_none());
        }
    }
}

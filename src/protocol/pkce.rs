//! Proof Key for Code Exchange: a challenge that only its verifier answers.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The secret that a client keeps until it redeems its code. RFC 7636 §4.1.
#[derive(Clone)]
pub struct Verifier(String);

impl Verifier {
    /// 43 to 128 unreserved characters, nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        let fits = (43..=128).contains(&text.len()) && text.bytes().all(unreserved);
        fits.then(|| Self(text.to_owned()))
    }

    /// RFC 7636 §4.2.
    pub fn challenge(&self) -> Challenge {
        Challenge(URL_SAFE_NO_PAD.encode(Sha256::digest(self.0.as_bytes())))
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

/// The S256 image of a verifier; `plain` does not exist here. RFC 7636 §4.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

impl Challenge {
    /// 32 bytes as base64url without padding. Any other text is one that no verifier could answer.
    pub fn parse(text: &str) -> Option<Self> {
        let digest = URL_SAFE_NO_PAD.decode(text).ok()?;
        (digest.len() == 32).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// RFC 7636 §4.6, in constant time.
    pub fn answered_by(&self, verifier: &Verifier) -> bool {
        bool::from(verifier.challenge().0.as_bytes().ct_eq(self.0.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    /// RFC 7636 appendix B.
    #[test]
    fn the_rfc_verifier_answers_the_rfc_challenge() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        assert_eq!(challenge.as_str(), CHALLENGE);
        assert!(challenge.answered_by(&Verifier::parse(VERIFIER).unwrap()));
    }

    #[test]
    fn another_verifier_does_not_answer() {
        let challenge = Challenge::parse(CHALLENGE).unwrap();
        for wrong in [VERIFIER.to_lowercase(), format!("{VERIFIER}A"), "a".repeat(43)] {
            assert!(!challenge.answered_by(&Verifier::parse(&wrong).unwrap()), "{wrong}");
        }
    }

    /// RFC 7636 §4.2: `plain` would let whoever sees the challenge redeem the code.
    #[test]
    fn a_challenge_is_no_answer_to_itself() {
        assert!(!Challenge::parse(CHALLENGE).unwrap().answered_by(&Verifier::parse(CHALLENGE).unwrap()));
    }

    /// RFC 7636 §4.1.
    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        for (length, fits) in [(0, false), (42, false), (43, true), (128, true), (129, false)] {
            assert_eq!(Verifier::parse(&"~".repeat(length)).is_some(), fits, "{length}");
        }
        for stray in ["+", "/", "=", " ", "%", "\n", "é"] {
            assert!(Verifier::parse(&format!("{}{stray}", "a".repeat(60))).is_none(), "{stray:?}");
        }
    }

    #[test]
    fn a_challenge_is_32_bytes_of_base64url() {
        let padded = format!("{CHALLENGE}=");
        let standard = CHALLENGE.replace('-', "+");
        let short = CHALLENGE.replace('E', "");
        let stray_bits = CHALLENGE.replace("-cM", "-cN");
        for text in ["", "abc", &short, &padded, &standard, &stray_bits, &format!("{CHALLENGE}A")] {
            assert_eq!(Challenge::parse(text), None, "{text}");
        }
    }

    #[test]
    fn debug_prints_no_verifier() {
        assert_eq!(format!("{:?}", Verifier::parse(VERIFIER).unwrap()), "…");
    }

    proptest! {
        #[test]
        fn only_its_own_verifier_answers(own in "[A-Za-z0-9._~-]{43,128}", other in "[A-Za-z0-9._~-]{43,128}") {
            let challenge = Challenge::parse(&URL_SAFE_NO_PAD.encode(Sha256::digest(own.as_bytes()))).unwrap();
            prop_assert!(challenge.answered_by(&Verifier::parse(&own).unwrap()));
            prop_assert_eq!(challenge.answered_by(&Verifier::parse(&other).unwrap()), own == other);
        }

        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            let _ = (Verifier::parse(&text), Challenge::parse(&text));
        }
    }
}

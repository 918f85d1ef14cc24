//! Proof Key for Code Exchange, S256 only. RFC 7636 §4.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What `/authorize` is given: the digest of a secret that only the client has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge(String);

/// What `/token` is given: the secret itself.
pub struct Verifier(String);

impl Challenge {
    /// An S256 challenge is 32 bytes in base64url: 43 characters (§4.2).
    pub fn parse(text: &str) -> Option<Self> {
        let digest = URL_SAFE_NO_PAD.decode(text).ok()?;
        (digest.len() == 32).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// §4.6, in constant time.
    pub fn answered_by(&self, verifier: &Verifier) -> bool {
        let answer = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.0.as_bytes()));
        answer.as_bytes().ct_eq(self.0.as_bytes()).into()
    }
}

impl Verifier {
    /// §4.1: 43 to 128 unreserved characters.
    pub fn parse(text: &str) -> Option<Self> {
        let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
        let fits = (43..=128).contains(&text.len()) && text.bytes().all(unreserved);
        fits.then(|| Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7636 appendix B.
    #[test]
    fn the_rfcs_verifier_answers_the_rfcs_challenge() {
        let challenge = Challenge::parse("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").unwrap();
        let verifier = Verifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        assert!(challenge.answered_by(&verifier));
        let other = Verifier::parse(&"a".repeat(43)).unwrap();
        assert!(!challenge.answered_by(&other));
    }

    /// authentik CVE-2023-48228 and its like: an empty or short verifier is none.
    #[test]
    fn a_verifier_has_43_to_128_unreserved_characters() {
        assert!(Verifier::parse("").is_none());
        assert!(Verifier::parse(&"a".repeat(42)).is_none());
        assert!(Verifier::parse(&"a".repeat(128)).is_some());
        assert!(Verifier::parse(&"a".repeat(129)).is_none());
        assert!(Verifier::parse(&format!("{}+", "a".repeat(43))).is_none());
    }

    #[test]
    fn a_challenge_is_the_digest_of_something() {
        assert!(Challenge::parse("").is_none());
        assert!(Challenge::parse(&"a".repeat(42)).is_none());
        assert!(Challenge::parse(&"=".repeat(43)).is_none());
    }
}

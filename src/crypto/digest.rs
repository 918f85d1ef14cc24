//! Digests: of secrets that a table keeps, of the family behind a grant, of the token beside an ID token.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::domain::{
    grant::{FamilyId, GrantId},
    secret::SecretDigest,
};

/// What a table keeps of a random secret; too quick to guess back only because the secret has at least 160 bits.
pub fn secret(text: &str) -> SecretDigest {
    SecretDigest(Sha256::digest(text).into())
}

/// The plain digest.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Compares in constant time.
pub fn same(one: &SecretDigest, other: &SecretDigest) -> bool {
    one.0.ct_eq(&other.0).into()
}

/// The name of a grant: says nothing about its family, which only the holder of a code or refresh token knows.
pub fn grant_id(family: &FamilyId) -> GrantId {
    GrantId(left(Sha256::new().chain_update(b"signet/grant/").chain_update(family.0)))
}

/// `at_hash` for an algorithm with SHA-256. OpenID Connect Core §3.1.3.6.
pub fn left_half(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(left(Sha256::new().chain_update(text)))
}

fn left(digest: Sha256) -> [u8; 16] {
    let mut half = [0; 16];
    for (to, from) in half.iter_mut().zip(digest.finalize()) {
        *to = from;
    }
    half
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 180-4's example for "abc".
    #[test]
    fn a_secret_is_kept_as_its_sha_256() {
        let digest = secret("abc");
        assert_eq!(digest.0.first_chunk(), Some(&[0xba, 0x78, 0x16, 0xbf]));
        assert_eq!(digest.0.last_chunk(), Some(&[0xf2, 0x00, 0x15, 0xad]));
        assert!(same(&digest, &secret("abc")));
        assert!(!same(&digest, &secret("abd")));
    }

    /// OpenID Connect Core A.3 and A.4: access token and `at_hash` of the example.
    #[test]
    fn at_hash_is_that_of_the_specification() {
        assert_eq!(left_half("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }

    #[test]
    fn a_grants_name_is_not_a_part_of_its_family() {
        let family = FamilyId([7; 16]);
        assert_eq!(grant_id(&family), grant_id(&family));
        assert_ne!(grant_id(&family), grant_id(&FamilyId([8; 16])));
        assert_ne!(grant_id(&family).0, family.0);
    }
}

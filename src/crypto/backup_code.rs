//! Backup codes: eight digits that stand in for a lost authenticator, kept as keyed digests.

use super::seal::{Purpose, SealingRing};
use crate::domain::{
    ids::UserId,
    secret::{Secret, SecretDigest},
    totp::BACKUP_CODES,
};

const DIGITS: usize = 8;
const CODES: u64 = 100_000_000;

/// Ten different codes, computed from a seed of at least 160 random bits: the same seed shows the same codes again.
pub fn derive(ring: &SealingRing, user: &UserId, seed: &[u8]) -> Vec<Secret<String>> {
    let mut numbers: Vec<u64> = Vec::with_capacity(BACKUP_CODES);
    for n in 0_u64.. {
        if numbers.len() == BACKUP_CODES {
            break;
        }
        let tag = ring.mac(Purpose::BackupCode, &message(b"seed", user, &[&n.to_be_bytes(), seed].concat())).tag;
        // 64 bits over 10^8: what the remainder prefers is too little to matter.
        let number = tag.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes)) % CODES;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    numbers.into_iter().map(|number| Secret::new(format!("{number:0DIGITS$}"))).collect()
}

/// What the table keeps of a code: nobody without the sealing key can try all of them.
pub fn digest(ring: &SealingRing, user: &UserId, code: &str) -> SecretDigest {
    SecretDigest(ring.mac(Purpose::BackupCode, &message(b"code", user, code.as_bytes())).tag)
}

/// The digests that the code may be kept under: one for each key of the ring, the one that seals first.
pub fn digests(ring: &SealingRing, user: &UserId, code: &str) -> Vec<SecretDigest> {
    let message = message(b"code", user, code.as_bytes());
    ring.macs(Purpose::BackupCode, &message).map(|mac| SecretDigest(mac.tag)).collect()
}

pub fn is_one(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn message(kind: &[u8], user: &UserId, rest: &[u8]) -> Vec<u8> {
    [kind, b"\0", user.as_str().as_bytes(), b"\0", rest].concat()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::{
        crypto::samples::{NEW_LINE, OLD_LINE, ring},
        domain::time::Timestamp,
    };

    fn user(n: u8) -> UserId {
        UserId::new(Timestamp::from_unix(1_000), [n; 10])
    }

    #[test]
    fn ten_different_codes_of_eight_digits_come_from_a_seed() {
        let codes = derive(&ring(), &user(1), b"seed");
        let texts: BTreeSet<_> = codes.iter().map(|code| code.reveal().clone()).collect();
        assert_eq!(texts.len(), BACKUP_CODES);
        assert!(texts.iter().all(|code| is_one(code)));
        let again: BTreeSet<_> = derive(&ring(), &user(1), b"seed").iter().map(|code| code.reveal().clone()).collect();
        assert_eq!(texts, again);
        for other in [derive(&ring(), &user(2), b"seed"), derive(&ring(), &user(1), b"other")] {
            assert!(other.iter().all(|code| !texts.contains(code.reveal())));
        }
    }

    /// Ten million digests of a stolen table cannot be tried without the key, nor one user's for another.
    #[test]
    fn a_digest_is_bound_to_its_user_and_to_the_key() {
        let other = SealingRing::parse(NEW_LINE).unwrap();
        assert_eq!(digest(&ring(), &user(1), "12345678"), digest(&ring(), &user(1), "12345678"));
        assert_ne!(digest(&ring(), &user(1), "12345678"), digest(&ring(), &user(2), "12345678"));
        assert_ne!(digest(&ring(), &user(1), "12345678"), digest(&other, &user(1), "12345678"));
    }

    #[test]
    fn a_code_outlives_the_key_that_sealed_when_it_was_made() {
        let old = digest(&ring(), &user(1), "12345678");
        let turned = SealingRing::parse(&format!("{NEW_LINE}\n{OLD_LINE}")).unwrap();
        assert_ne!(digest(&turned, &user(1), "12345678"), old);
        assert!(digests(&turned, &user(1), "12345678").contains(&old));
    }
}

//! The short codes of letters: too few to be kept as a plain digest, so their digest needs a key that no table holds.

use super::{
    random,
    seal::{self, SealingRing},
};
use crate::domain::{
    ids::UserId,
    one_time::Purpose,
    secret::{Secret, SecretDigest},
};

const CODES: u64 = 1_000_000;

/// Six digits.
pub fn code() -> Secret<String> {
    // 2^64 is no multiple of a million: some codes are likelier by 10^-13.
    let number = u64::from_be_bytes(random::bytes()) % CODES;
    Secret::new(format!("{number:06}"))
}

/// What a table keeps of a code. Bound to its purpose and user: in another row it is another code.
pub fn digest(ring: &SealingRing, purpose: Purpose, user: &UserId, code: &str) -> SecretDigest {
    SecretDigest(ring.mac(seal::Purpose::OneTimeCode, &message(purpose, user, code)).tag)
}

/// Compares in constant time; a code outlives the rotation of the sealing key.
pub fn fits(ring: &SealingRing, purpose: Purpose, user: &UserId, code: &str, kept: &SecretDigest) -> bool {
    ring.made(seal::Purpose::OneTimeCode, &message(purpose, user, code), &kept.0)
}

fn message(purpose: Purpose, user: &UserId, code: &str) -> Vec<u8> {
    // Neither a purpose nor an id holds a NUL.
    [purpose.as_str(), user.as_str(), code].join("\0").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::samples::{NEW_LINE, OLD_LINE, ring},
        domain::time::Timestamp,
    };

    fn user(n: u8) -> UserId {
        UserId::new(Timestamp::from_unix(1_800_000_000), [n; 10])
    }

    #[test]
    fn a_code_has_six_digits() {
        for _ in 0..1000 {
            let code = code();
            assert!(code.reveal().len() == 6 && code.reveal().bytes().all(|digit| digit.is_ascii_digit()));
        }
    }

    /// A digest moved to another row, or to another purpose, opens nothing.
    #[test]
    fn a_code_belongs_to_its_purpose_and_user() {
        let kept = digest(&ring(), Purpose::ConfirmEmail, &user(1), "123456");
        assert!(fits(&ring(), Purpose::ConfirmEmail, &user(1), "123456", &kept));
        assert!(!fits(&ring(), Purpose::ConfirmEmail, &user(1), "123457", &kept));
        assert!(!fits(&ring(), Purpose::ConfirmEmail, &user(1), "", &kept));
        assert!(!fits(&ring(), Purpose::ConfirmEmail, &user(2), "123456", &kept));
        assert!(!fits(&ring(), Purpose::SecondFactor, &user(1), "123456", &kept));
    }

    #[test]
    fn a_code_outlives_the_rotation_of_the_sealing_key_and_is_none_of_another_ring() {
        let kept = digest(&ring(), Purpose::ConfirmEmail, &user(1), "123456");
        let turned = SealingRing::parse(&format!("{NEW_LINE}\n{OLD_LINE}")).unwrap();
        assert!(fits(&turned, Purpose::ConfirmEmail, &user(1), "123456", &kept));
        let other = SealingRing::parse(NEW_LINE).unwrap();
        assert!(!fits(&other, Purpose::ConfirmEmail, &user(1), "123456", &kept));
    }
}

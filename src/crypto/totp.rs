//! Time-based one-time passwords (RFC 6238): what an authenticator shows, and which step a code belongs to.

use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::random;
use crate::domain::{
    secret::Secret,
    time::Timestamp,
    totp::{SECRET_BYTES, STEP_SECONDS},
};

/// A new secret of 160 bits (RFC 4226 §4).
pub fn generate() -> Secret<Vec<u8>> {
    let bytes = Zeroizing::new(random::bytes::<SECRET_BYTES>());
    Secret::new(bytes.to_vec())
}

/// As people type it into an authenticator: base32 without padding.
pub fn base32(secret: &Secret<Vec<u8>>) -> Secret<String> {
    Secret::new(totp(secret).secret().to_base32())
}

/// `otpauth://totp/{issuer}:{account}?secret=…&issuer={issuer}`; no colon may stand in either name.
pub fn uri(secret: &Secret<Vec<u8>>, issuer: &str, account: &str) -> Secret<String> {
    let name = |text: &str| text.replace(':', " ");
    let named = builder(secret).with_issuer(Some(name(issuer))).with_account_name(name(account)).build_noncompliant();
    Secret::new(named.to_url().unwrap_or_default())
}

/// The step whose code this is: the current one, the one before or the one after (RFC 6238 §5.2, §6).
pub fn step_of(secret: &Secret<Vec<u8>>, code: &str, now: Timestamp) -> Option<i64> {
    let seconds = u64::try_from(now.unix()).ok()?;
    i64::try_from(totp(secret).check(code, seconds)?).ok()
}

fn totp(secret: &Secret<Vec<u8>>) -> Totp {
    builder(secret).build_noncompliant()
}

/// HMAC-SHA-1 and six digits: what every authenticator can do.
fn builder(secret: &Secret<Vec<u8>>) -> Builder {
    let step = u64::try_from(STEP_SECONDS).unwrap_or(30);
    Builder::new().with_secret(secret.reveal().as_slice()).with_digits(6).with_skew(1).with_step_duration(step)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, Appendix B.
    fn rfc_secret() -> Secret<Vec<u8>> {
        Secret::new(b"12345678901234567890".to_vec())
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_unix(second)
    }

    /// RFC 6238, Appendix B: the SHA-1 rows; the last six of the eight digits that stand there.
    #[test]
    fn the_codes_of_the_rfc_belong_to_their_steps() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step_of(&rfc_secret(), code, at(second)), Some(second / STEP_SECONDS), "{second}");
        }
    }

    /// RFC 6238 §5.2: one step for a slow hand, one for a clock that runs ahead.
    #[test]
    fn a_code_is_good_one_step_early_and_one_step_late() {
        let step = 1_111_111_111 / STEP_SECONDS;
        let found = |steps: i64| step_of(&rfc_secret(), "050471", at((step + steps) * STEP_SECONDS));
        assert_eq!(
            [found(-2), found(-1), found(0), found(1), found(2)],
            [None, Some(step), Some(step), Some(step), None]
        );
    }

    #[test]
    fn what_is_no_code_belongs_to_no_step() {
        for code in ["", "50471", "0050471", "050472", "+50471", " 50471", "05047l", "٠٥٠٤٧١"] {
            assert_eq!(step_of(&rfc_secret(), code, at(1_111_111_111)), None, "{code:?}");
        }
        assert_eq!(step_of(&rfc_secret(), "050471", at(-1)), None);
    }

    #[test]
    fn a_secret_has_160_bits_and_is_another_each_time() {
        let (one, two) = (generate(), generate());
        assert_eq!(one.reveal().len(), 20);
        assert_ne!(one.reveal(), two.reveal());
        assert_eq!(base32(&one).reveal().len(), 32);
    }

    #[test]
    fn the_address_names_the_server_and_the_account() {
        let uri = uri(&rfc_secret(), "login.example.com:8443", "alice+x@example.com");
        assert_eq!(
            uri.reveal(),
            "otpauth://totp/login.example.com%208443:alice%2Bx%40example.com\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=login.example.com%208443"
        );
    }
}

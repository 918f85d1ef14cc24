//! Sealing: what leaves this server, or its database, so that only this server can open it.

use std::fmt;

use aws_lc_rs::{
    aead::{Aad, NONCE_LEN, Nonce},
    hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{broken, random, sealing_key::Entry};
use crate::domain::secret::Secret;

/// What a seal is for: each purpose has keys of its own, so that none opens another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Code,
    Interaction,
    Form,
    Playground,
    Upstream,
    SigningKey,
    Refresh,
    /// The short codes of letters.
    OneTimeCode,
    Letter,
    /// The secret of an authenticator.
    Totp,
    BackupCode,
    /// Which bucket of tries a name or an address falls into.
    Limit,
    /// The chain of the audit log.
    Audit,
}

/// The sealing keys: the first one seals, every one opens. Its `Debug` prints their numbers.
pub struct SealingRing {
    first: Entry,
    rest: Vec<Entry>,
}

/// A message authentication code, and the number of the sealing key that made it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Mac {
    pub key_id: u8,
    pub tag: [u8; 32],
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    #[error("the sealing key has no line with a key")]
    Empty,
    #[error("line {0} of the sealing key is not a number from 0 to 255 and 32 bytes in base64")]
    BadLine(usize),
    #[error("line {0} of the sealing key repeats a number or a key")]
    Repeated(usize),
}

const TAG_LEN: usize = 16;

impl Purpose {
    pub(super) const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"code",
            Self::Interaction => b"interaction",
            Self::Form => b"form",
            Self::Playground => b"playground",
            Self::Upstream => b"upstream",
            Self::SigningKey => b"signing-key",
            Self::Refresh => b"refresh",
            Self::OneTimeCode => b"one-time-code",
            Self::Letter => b"letter",
            Self::Totp => b"totp",
            Self::BackupCode => b"backup-code",
            Self::Limit => b"limit",
            Self::Audit => b"audit",
        }
    }
}

impl SealingRing {
    /// Reads the lines of a key file; a comma may stand for the end of a line, for environment variables.
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let mut entries: Vec<Entry> = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split('#').next().unwrap_or_default();
            for item in line.split(',').map(str::trim).filter(|item| !item.is_empty()) {
                let entry = Entry::parse(item).ok_or(SealError::BadLine(number))?;
                if entries.iter().any(|other| other.id == entry.id || other.fingerprint == entry.fingerprint) {
                    return Err(SealError::Repeated(number));
                }
                entries.push(entry);
            }
        }
        let mut entries = entries.into_iter();
        let first = entries.next().ok_or(SealError::Empty)?;
        Ok(Self { first, rest: entries.collect() })
    }

    /// The text of a new key file.
    pub fn generate() -> Secret<String> {
        let key = random::token();
        Secret::new(format!("# Signet's sealing key. Back it up, apart from the database.\n1 {}\n", key.reveal()))
    }

    /// The fingerprint of the key that seals.
    pub fn fingerprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.first.fingerprint)
    }

    /// A fingerprint for each key, the one that seals first; no key can be computed from it.
    pub fn fingerprints(&self) -> Vec<String> {
        self.entries().map(|entry| URL_SAFE_NO_PAD.encode(entry.fingerprint)).collect()
    }

    /// AES-256-GCM-SIV (RFC 8452): key number ‖ nonce ‖ ciphertext ‖ tag. `context` has to be the same to open it.
    pub fn seal(&self, purpose: Purpose, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_LEN] = random::bytes();
        let mut sealed = Vec::with_capacity(1 + NONCE_LEN + plain.len() + TAG_LEN);
        sealed.push(self.first.id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);

        let Some(body) = sealed.get_mut(1 + NONCE_LEN..) else { broken("sealing") };
        let key = &self.first.keys(purpose).seal;
        let nonce = Nonce::assume_unique_for_key(nonce);
        match key.seal_in_place_separate_tag(nonce, associated(purpose, context), body) {
            Ok(tag) => sealed.extend_from_slice(tag.as_ref()),
            Err(_) => broken("sealing"),
        }
        sealed
    }

    /// `None` where it was not sealed by one of these keys, for this purpose and context, or was changed since.
    pub fn open(&self, purpose: Purpose, context: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        let (&id, rest) = sealed.split_first()?;
        let (&nonce, body) = rest.split_first_chunk::<NONCE_LEN>()?;
        let key = &self.entry(id)?.keys(purpose).seal;

        let mut plain = body.to_vec();
        let nonce = Nonce::assume_unique_for_key(nonce);
        let length = key.open_in_place(nonce, associated(purpose, context), &mut plain).ok()?.len();
        plain.truncate(length);
        Some(plain)
    }

    /// HMAC-SHA256 by the key that seals.
    pub fn mac(&self, purpose: Purpose, message: &[u8]) -> Mac {
        mac(&self.first, purpose, message)
    }

    /// The same by each key, the one that seals first: for a table that keeps the tag alone.
    pub fn macs(&self, purpose: Purpose, message: &[u8]) -> impl Iterator<Item = Mac> {
        self.entries().map(move |entry| mac(entry, purpose, message))
    }

    /// Compares in constant time.
    pub fn verify_mac(&self, purpose: Purpose, message: &[u8], mac: &Mac) -> bool {
        self.entry(mac.key_id).is_some_and(|entry| hmac::verify(&entry.keys(purpose).mac, message, &mac.tag).is_ok())
    }

    /// The same where nobody kept the number of the key: each of the ring is tried.
    pub fn made(&self, purpose: Purpose, message: &[u8], tag: &[u8; 32]) -> bool {
        self.entries().any(|entry| hmac::verify(&entry.keys(purpose).mac, message, tag).is_ok())
    }

    /// Whether a key of that number is on this ring.
    pub fn knows(&self, key_id: u8) -> bool {
        self.entry(key_id).is_some()
    }

    /// The number of the key that seals.
    pub const fn newest(&self) -> u8 {
        self.first.id
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    fn entry(&self, id: u8) -> Option<&Entry> {
        self.entries().find(|entry| entry.id == id)
    }
}

impl fmt::Debug for SealingRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SealingRing").field(&self.entries().map(|entry| entry.id).collect::<Vec<_>>()).finish()
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

fn mac(entry: &Entry, purpose: Purpose, message: &[u8]) -> Mac {
    let mut tag = [0; 32];
    if hmac::sign_to_buffer(&entry.keys(purpose).mac, message, &mut tag).is_err() {
        broken("HMAC-SHA256");
    }
    Mac { key_id: entry.id, tag }
}

fn associated(purpose: Purpose, context: &[u8]) -> Aad<Vec<u8>> {
    Aad::from([purpose.label(), b"\0", context].concat())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::crypto::samples::{NEW_LINE, OLD_LINE, ring};

    fn parse(lines: &[&str]) -> Result<SealingRing, SealError> {
        SealingRing::parse(&lines.join("\n"))
    }

    #[test]
    fn what_was_sealed_opens_and_looks_different_each_time() {
        let ring = ring();
        let sealed = ring.seal(Purpose::Form, b"ses_1", b"hello");
        assert_eq!(ring.open(Purpose::Form, b"ses_1", &sealed).as_deref(), Some(b"hello".as_slice()));
        assert_ne!(sealed, ring.seal(Purpose::Form, b"ses_1", b"hello"));
    }

    /// One-time values are namespaced by purpose: a form token is never a code.
    #[test]
    fn another_purpose_or_context_does_not_open() {
        let ring = ring();
        let sealed = ring.seal(Purpose::Form, b"ses_1", b"hello");
        assert_eq!(ring.open(Purpose::Code, b"ses_1", &sealed), None);
        assert_eq!(ring.open(Purpose::Form, b"ses_2", &sealed), None);
        assert_eq!(ring.open(Purpose::Form, b"", &sealed), None);
    }

    #[test]
    fn a_flipped_bit_anywhere_does_not_open() {
        let ring = parse(&[OLD_LINE, NEW_LINE]).unwrap();
        let sealed = ring.seal(Purpose::Code, b"", b"hello");
        for position in 0..sealed.len() * 8 {
            let mut changed = sealed.clone();
            changed[position / 8] ^= 1 << (position % 8);
            assert_eq!(ring.open(Purpose::Code, b"", &changed), None, "bit {position}");
        }
    }

    #[test]
    fn a_shortened_or_lengthened_seal_does_not_open() {
        let ring = ring();
        let mut sealed = ring.seal(Purpose::Code, b"", b"hello");
        for length in 0..sealed.len() {
            assert_eq!(ring.open(Purpose::Code, b"", &sealed[..length]), None, "{length} bytes");
        }
        sealed.push(0);
        assert_eq!(ring.open(Purpose::Code, b"", &sealed), None);
    }

    #[test]
    fn every_line_opens_and_the_first_one_seals() {
        let old = parse(&[OLD_LINE]).unwrap();
        let both = parse(&[OLD_LINE, NEW_LINE]).unwrap();
        let turned = parse(&[NEW_LINE, OLD_LINE]).unwrap();
        let new = parse(&[NEW_LINE]).unwrap();

        let early = old.seal(Purpose::SigningKey, b"k", b"private");
        let late = turned.seal(Purpose::SigningKey, b"k", b"private");
        for ring in [&both, &turned] {
            assert!(ring.open(Purpose::SigningKey, b"k", &early).is_some());
            assert!(ring.open(Purpose::SigningKey, b"k", &late).is_some());
        }
        assert!(new.open(Purpose::SigningKey, b"k", &late).is_some());
        assert_eq!(new.open(Purpose::SigningKey, b"k", &early), None);
        assert_eq!(old.open(Purpose::SigningKey, b"k", &late), None);
    }

    /// Databases hold such values: the form must not change by accident.
    #[test]
    fn what_the_first_version_sealed_still_opens() {
        let sealed = "AZxhYq1aKkqIWpHo1a1wlOLMr_DiKFdcsUlczeUHUY08oCRLL_hEou8psAO8OSw3lXhFMGy-Kn8";
        let plain = ring().open(Purpose::SigningKey, b"table/column/row", &URL_SAFE_NO_PAD.decode(sealed).unwrap());
        assert_eq!(plain.as_deref(), Some(b"sealed by the first version".as_slice()));
        assert_eq!(ring().fingerprint(), "LzLqLvVc6ASGF3esyzlcLA");
    }

    #[test]
    fn a_mac_holds_for_its_message_and_purpose_only() {
        let ring = parse(&[NEW_LINE, OLD_LINE]).unwrap();
        let mac = ring.mac(Purpose::Refresh, b"message");
        assert!(ring.verify_mac(Purpose::Refresh, b"message", &mac));
        assert!(!ring.verify_mac(Purpose::Refresh, b"massage", &mac));
        assert!(!ring.verify_mac(Purpose::Form, b"message", &mac));
        assert!(!ring.verify_mac(Purpose::Refresh, b"message", &Mac { key_id: 1, ..mac }));
        assert!(!ring.verify_mac(Purpose::Refresh, b"message", &Mac { key_id: 9, ..mac }));
    }

    #[test]
    fn fingerprints_name_the_keys_in_their_order() {
        let both = parse(&[OLD_LINE, NEW_LINE]).unwrap();
        let turned = parse(&[NEW_LINE, OLD_LINE]).unwrap();
        let mut prints = both.fingerprints();
        assert_eq!(prints.first(), Some(&both.fingerprint()));
        assert_ne!(both.fingerprint(), turned.fingerprint());
        prints.reverse();
        assert_eq!(prints, turned.fingerprints());
    }

    #[test]
    fn the_file_may_have_comments_commas_and_either_base64() {
        let standard = "7 +/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/+/8=";
        let ring = parse(&["# keys, old and new", "", &format!("{OLD_LINE},{NEW_LINE} # two"), standard]).unwrap();
        assert_eq!(format!("{ring:?}"), "SealingRing([1, 2, 7])");
        let safe = parse(&["7 -_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_-_8"]).unwrap();
        assert_eq!(ring.fingerprints().last(), Some(&safe.fingerprint()));
    }

    #[test]
    fn a_wrong_file_is_refused_by_line_and_never_quoted() {
        let key = OLD_LINE.split_once(' ').unwrap().1;
        let refused = |lines: &[&str]| parse(lines).map(|_| ()).unwrap_err();
        assert_eq!(refused(&[]), SealError::Empty);
        assert_eq!(refused(&["# nothing"]), SealError::Empty);
        assert_eq!(refused(&[OLD_LINE, "2"]), SealError::BadLine(2));
        assert_eq!(refused(&["2 c2hvcnQ"]), SealError::BadLine(1));
        assert_eq!(refused(&[&format!("256 {key}")]), SealError::BadLine(1));
        assert_eq!(refused(&["1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]), SealError::BadLine(1));
        assert_eq!(refused(&[OLD_LINE, OLD_LINE]), SealError::Repeated(2));
        assert_eq!(refused(&[OLD_LINE, &format!("3 {key}")]), SealError::Repeated(2));
    }

    #[test]
    fn a_generated_file_is_a_ring_of_its_own() {
        let (one, two) = (SealingRing::generate(), SealingRing::generate());
        let prints = [&one, &two].map(|text| SealingRing::parse(text.reveal()).unwrap().fingerprints());
        assert_eq!(prints[0].len(), 1);
        assert_ne!(prints[0], prints[1]);
    }

    proptest! {
        #[test]
        fn any_bytes_round_trip(plain: Vec<u8>, context: Vec<u8>) {
            let ring = ring();
            let sealed = ring.seal(Purpose::Playground, &context, &plain);
            prop_assert_eq!(ring.open(Purpose::Playground, &context, &sealed), Some(plain));
        }

        #[test]
        fn strange_bytes_do_not_open(sealed: Vec<u8>) {
            prop_assert_eq!(ring().open(Purpose::Interaction, b"", &sealed), None);
        }

        #[test]
        fn strange_files_are_refused_in_peace(text: String) {
            prop_assert!(SealingRing::parse(&text).is_err());
        }
    }
}

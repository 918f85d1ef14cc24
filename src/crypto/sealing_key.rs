//! One sealing key, and what is derived from it: a key for each purpose.

use aws_lc_rs::{
    aead::{AES_256_GCM_SIV, LessSafeKey, UnboundKey},
    hkdf, hmac,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{broken, seal::Purpose};

/// One line: its keys are derived once.
pub(super) struct Entry {
    pub(super) id: u8,
    pub(super) fingerprint: [u8; 16],
    code: Keys,
    interaction: Keys,
    form: Keys,
    playground: Keys,
    upstream: Keys,
    signing_key: Keys,
    refresh: Keys,
    one_time_code: Keys,
    letter: Keys,
    totp: Keys,
    backup_code: Keys,
    limit: Keys,
    audit: Keys,
}

/// The keys of one purpose.
pub(super) struct Keys {
    pub(super) seal: LessSafeKey,
    pub(super) mac: hmac::Key,
}

/// An HKDF output of this many bytes.
struct Bytes(usize);

impl Entry {
    /// Reads `1 <32 bytes in base64>`.
    pub(super) fn parse(line: &str) -> Option<Self> {
        let (id, key) = line.split_once(char::is_whitespace)?;
        // Both alphabets: `openssl rand -base64 32` is how people make a key.
        let safe = |letter| match letter {
            '+' => '-',
            '/' => '_',
            other => other,
        };
        let key: Zeroizing<String> = Zeroizing::new(key.trim().trim_end_matches('=').chars().map(safe).collect());
        let key = Zeroizing::new(URL_SAFE_NO_PAD.decode(key.as_bytes()).ok()?);
        let id = id.parse().ok()?;
        (key.len() == 32 && !bool::from(key.as_slice().ct_eq(&[0; 32]))).then(|| Self::derive(id, &key))
    }

    fn derive(id: u8, key: &[u8]) -> Self {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"signet/sealing/1").extract(key);
        let mut fingerprint = [0; 16];
        expand(&root, &[b"fingerprint"], &mut fingerprint);
        let keys = |purpose| Keys::derive(&root, purpose);
        Self {
            id,
            fingerprint,
            code: keys(Purpose::Code),
            interaction: keys(Purpose::Interaction),
            form: keys(Purpose::Form),
            playground: keys(Purpose::Playground),
            upstream: keys(Purpose::Upstream),
            signing_key: keys(Purpose::SigningKey),
            refresh: keys(Purpose::Refresh),
            one_time_code: keys(Purpose::OneTimeCode),
            letter: keys(Purpose::Letter),
            totp: keys(Purpose::Totp),
            backup_code: keys(Purpose::BackupCode),
            limit: keys(Purpose::Limit),
            audit: keys(Purpose::Audit),
        }
    }

    pub(super) const fn keys(&self, purpose: Purpose) -> &Keys {
        match purpose {
            Purpose::Code => &self.code,
            Purpose::Interaction => &self.interaction,
            Purpose::Form => &self.form,
            Purpose::Playground => &self.playground,
            Purpose::Upstream => &self.upstream,
            Purpose::SigningKey => &self.signing_key,
            Purpose::Refresh => &self.refresh,
            Purpose::OneTimeCode => &self.one_time_code,
            Purpose::Letter => &self.letter,
            Purpose::Totp => &self.totp,
            Purpose::BackupCode => &self.backup_code,
            Purpose::Limit => &self.limit,
            Purpose::Audit => &self.audit,
        }
    }
}

impl Keys {
    fn derive(root: &hkdf::Prk, purpose: Purpose) -> Self {
        let mut seal = Zeroizing::new([0; 32]);
        expand(root, &[b"seal/", purpose.label()], seal.as_mut_slice());
        let mut mac = Zeroizing::new([0; 32]);
        expand(root, &[b"mac/", purpose.label()], mac.as_mut_slice());
        let Ok(seal) = UnboundKey::new(&AES_256_GCM_SIV, seal.as_slice()) else { broken("AES-256-GCM-SIV") };
        Self { seal: LessSafeKey::new(seal), mac: hmac::Key::new(hmac::HMAC_SHA256, mac.as_slice()) }
    }
}

impl hkdf::KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

/// RFC 5869 §2.3.
fn expand(root: &hkdf::Prk, purpose: &[&[u8]], out: &mut [u8]) {
    if root.expand(purpose, Bytes(out.len())).and_then(|okm| okm.fill(out)).is_err() {
        broken("HKDF");
    }
}

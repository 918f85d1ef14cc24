//! Keys for the tests of this layer.

use std::sync::LazyLock;

use super::{
    keyring::{self, Keyring, NewKey},
    seal::SealingRing,
};
use crate::domain::{key::SigningKey, time::Timestamp};

pub(super) const OLD_LINE: &str = "1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
pub(super) const NEW_LINE: &str = "2 ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8";

/// Made once for all tests: a key takes a second in a debug build.
pub(super) static KEYS: LazyLock<[NewKey; 2]> =
    LazyLock::new(|| [keyring::generate().unwrap(), keyring::generate().unwrap()]);

pub(super) fn ring() -> SealingRing {
    SealingRing::parse(OLD_LINE).unwrap()
}

/// Active from 100 on, retired at 200, gone at 300.
pub(super) fn stored(key: &NewKey) -> SigningKey {
    SigningKey {
        kid: key.kid.clone(),
        algorithm: key.algorithm.to_owned(),
        public_jwk: key.public_jwk.clone(),
        sealed_private: key.sealed(&ring()),
        created_at: at(0),
        activates_at: at(100),
        retires_at: Some(at(200)),
        gone_at: Some(at(300)),
    }
}

pub(super) fn keyring() -> Keyring {
    Keyring::load(vec![stored(&KEYS[0])], &ring(), &Keyring::empty()).unwrap()
}

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_unix(second)
}

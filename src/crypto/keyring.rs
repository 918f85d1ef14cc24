//! The signing keys of this issuer, parsed once and ready to sign and verify.

use std::{fmt, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{
    Header,
    jwk::{CommonParameters, Jwk, PublicKeyUse, ThumbprintHash},
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    algorithm::{Algorithm, PrivateKey, PublicKey},
    jwt::TokenType,
    seal::{Purpose, SealingRing},
};
use crate::domain::{
    key::{KeyState, SigningKey},
    secret::Secret,
    time::Timestamp,
};

/// Every key that the database knows, gone ones too.
#[derive(Debug, Default)]
pub struct Keyring(Vec<Verifier>);

/// A key that can sign.
pub struct Signer {
    kid: String,
    algorithm: Algorithm,
    private: PrivateKey,
    /// The first parts of its tokens.
    access_header: String,
    id_header: String,
}

/// A key that can verify, and the row it comes from.
#[derive(Clone)]
pub struct Verifier {
    pub key: SigningKey,
    algorithm: Algorithm,
    public: Arc<PublicKey>,
    jwk: Value,
    signer: Option<Arc<Signer>>,
}

/// A key that was just made and is stored nowhere yet.
#[derive(Debug)]
pub struct NewKey {
    /// The RFC 7638 thumbprint of the public half.
    pub kid: String,
    pub algorithm: &'static str,
    pub public_jwk: String,
    /// PKCS#8.
    pub private_der: Secret<Vec<u8>>,
}

/// Each names the key by its `kid`.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a key could not be made")]
    Generate,
    #[error("signing key {0} has an algorithm that is not known here")]
    Algorithm(String),
    #[error("the public half of signing key {0} is damaged")]
    Public(String),
    #[error("the sealing key does not open the private half of signing key {0}")]
    Sealed(String),
    #[error("the private half of signing key {0} is damaged or belongs to another key")]
    Private(String),
}

/// Makes an RS256 key; takes a good part of a second.
pub fn generate() -> Result<NewKey, KeyError> {
    let algorithm = Algorithm::Rs256;
    let pair = algorithm.generate().ok_or(KeyError::Generate)?;
    let mut jwk = Jwk {
        common: CommonParameters {
            public_key_use: Some(PublicKeyUse::Signature),
            key_algorithm: Some(algorithm.jose().into()),
            ..CommonParameters::default()
        },
        algorithm: pair.public,
    };
    let kid = thumbprint(&jwk).ok_or(KeyError::Generate)?;
    jwk.common.key_id = Some(kid.clone());
    let public_jwk = serde_json::to_string(&jwk).ok().ok_or(KeyError::Generate)?;
    Ok(NewKey { kid, algorithm: algorithm.as_str(), public_jwk, private_der: pair.private_der })
}

impl NewKey {
    /// The private half as the table keeps it.
    pub fn sealed(&self, ring: &SealingRing) -> Vec<u8> {
        ring.seal(Purpose::SigningKey, &seal_context(&self.kid), self.private_der.reveal())
    }
}

impl Keyring {
    pub const fn empty() -> Self {
        Self(Vec::new())
    }

    /// Parses what `previous` does not have parsed already.
    pub fn load(keys: Vec<SigningKey>, ring: &SealingRing, previous: &Self) -> Result<Self, KeyError> {
        let load = |key: SigningKey| match previous.verifier(&key.kid) {
            Some(known) if known.is_same(&key) => Ok(Verifier { key, ..known.clone() }),
            _ => Verifier::load(key, ring),
        };
        keys.into_iter().map(load).collect::<Result<_, _>>().map(Self)
    }

    /// The active key that became active last.
    pub fn signer(&self, now: Timestamp) -> Option<&Arc<Signer>> {
        let active = self.0.iter().filter(|verifier| verifier.key.state(now) == KeyState::Active);
        active
            .filter(|verifier| verifier.signer.is_some())
            .max_by_key(|verifier| verifier.key.activates_at)?
            .signer
            .as_ref()
    }

    /// The JWK Set (RFC 7517 §5) of the keys that are next, active or retired.
    pub fn jwks(&self, now: Timestamp) -> String {
        json!({ "keys": self.published(now) }).to_string()
    }

    pub fn published(&self, now: Timestamp) -> Vec<Value> {
        self.0.iter().filter(|verifier| verifier.is_published(now)).map(|verifier| verifier.jwk.clone()).collect()
    }

    pub fn keys(&self) -> impl Iterator<Item = &SigningKey> {
        self.0.iter().map(|verifier| &verifier.key)
    }

    /// The key of this name, be it gone or not.
    pub fn verifier(&self, kid: &str) -> Option<&Verifier> {
        self.0.iter().find(|verifier| verifier.key.kid == kid)
    }
}

impl Signer {
    fn new(kid: &str, algorithm: Algorithm, private: PrivateKey) -> Option<Self> {
        Some(Self {
            kid: kid.to_owned(),
            algorithm,
            private,
            access_header: header(kid, algorithm, TokenType::AccessToken)?,
            id_header: header(kid, algorithm, TokenType::IdToken)?,
        })
    }

    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(super) fn header(&self, kind: TokenType) -> &str {
        match kind {
            TokenType::AccessToken => &self.access_header,
            TokenType::IdToken => &self.id_header,
        }
    }

    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        self.private.sign(message)
    }
}

impl Verifier {
    fn load(key: SigningKey, ring: &SealingRing) -> Result<Self, KeyError> {
        let kid = key.kid.clone();
        let algorithm = Algorithm::parse(&key.algorithm).ok_or_else(|| KeyError::Algorithm(kid.clone()))?;
        let (public, jwk) = public_half(&key, algorithm).ok_or_else(|| KeyError::Public(kid.clone()))?;
        let signer = if key.sealed_private.is_empty() {
            None
        } else {
            let pkcs8 = ring.open(Purpose::SigningKey, &seal_context(&kid), &key.sealed_private);
            let pkcs8 = Zeroizing::new(pkcs8.ok_or_else(|| KeyError::Sealed(kid.clone()))?);
            let private = algorithm.parse_private(&pkcs8).filter(|private| is_pair(private, &public));
            let signer = private.and_then(|private| Signer::new(&kid, algorithm, private));
            Some(Arc::new(signer.ok_or(KeyError::Private(kid))?))
        };
        Ok(Self { key, algorithm, public: Arc::new(public), jwk, signer })
    }

    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether resource servers are told to trust it. Without its private half a key is gone, whatever its row says:
    /// who can write to the database, but not seal, cannot slip a key of his own in.
    pub fn is_published(&self, now: Timestamp) -> bool {
        self.signer.is_some() && self.key.state(now).is_published()
    }

    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.public.verifies(message, signature)
    }

    fn is_same(&self, key: &SigningKey) -> bool {
        self.key.algorithm == key.algorithm
            && self.key.public_jwk == key.public_jwk
            && self.key.sealed_private == key.sealed_private
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("kid", &self.kid).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier").field("kid", &self.key.kid).finish_non_exhaustive()
    }
}

/// What the private half's seal is bound to: table, column and row.
fn seal_context(kid: &str) -> Vec<u8> {
    [b"signing_keys/private/", kid.as_bytes()].concat()
}

/// RFC 7638 §3.
fn thumbprint(jwk: &Jwk) -> Option<String> {
    jwk.thumbprint(ThumbprintHash::SHA256).ok()
}

/// Only the members of a public key survive, and only under the name that they make.
fn public_half(key: &SigningKey, algorithm: Algorithm) -> Option<(PublicKey, Value)> {
    let jwk: Jwk = serde_json::from_str(&key.public_jwk).ok()?;
    let public = algorithm.parse_public(&jwk)?;
    let is_named = thumbprint(&jwk)? == key.kid && jwk.common.key_id.as_deref() == Some(key.kid.as_str());
    is_named.then_some((public, serde_json::to_value(&jwk).ok()?))
}

fn is_pair(private: &PrivateKey, public: &PublicKey) -> bool {
    let probe = b"signet";
    private.sign(probe).is_some_and(|signature| public.verifies(probe, &signature))
}

fn header(kid: &str, algorithm: Algorithm, token_type: TokenType) -> Option<String> {
    let mut header = Header::new(algorithm.jose());
    header.typ = Some(token_type.as_str().to_owned());
    header.kid = Some(kid.to_owned());
    Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::samples::{KEYS, NEW_LINE, at, keyring, ring, stored};

    fn load(keys: Vec<SigningKey>) -> Result<Keyring, KeyError> {
        Keyring::load(keys, &ring(), &Keyring::empty())
    }

    fn kids(keyring: &Keyring, second: i64) -> Vec<String> {
        keyring.published(at(second)).iter().map(|jwk| jwk["kid"].as_str().unwrap().to_owned()).collect()
    }

    /// RFC 7638 §3.1.
    #[test]
    fn a_kid_is_the_thumbprint_of_the_rfc() {
        let jwk: Jwk = serde_json::from_str(
            r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#,
        )
        .unwrap();
        assert_eq!(thumbprint(&jwk).as_deref(), Some("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"));
    }

    #[test]
    fn a_published_key_has_public_members_only() {
        let jwk = keyring().published(at(100)).remove(0);
        let mut members: Vec<_> = jwk.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "e", "kid", "kty", "n", "use"]);
        assert_eq!((&jwk["alg"], &jwk["use"], &jwk["e"]), (&json!("RS256"), &json!("sig"), &json!("AQAB")));
        assert_eq!(jwk["n"].as_str().map(str::len), Some(342), "2048 bits, no leading zero");
        assert_eq!(keyring().jwks(at(100)), json!({ "keys": [jwk] }).to_string());
    }

    #[test]
    fn next_active_and_retired_keys_are_published_and_active_ones_sign() {
        let kid = &KEYS[0].kid;
        let signs = |second| keyring().signer(at(second)).map(|signer| signer.kid().to_owned());
        assert_eq!([0, 100, 200, 300].map(signs), [None, Some(kid.clone()), None, None]);
        let published = [0, 100, 200, 300].map(|second| kids(&keyring(), second).len());
        assert_eq!(published, [1, 1, 1, 0]);
        assert!(keyring().verifier(kid).is_some_and(|gone| !gone.is_published(at(300))));
    }

    #[test]
    fn of_two_active_keys_the_younger_one_signs() {
        let younger = SigningKey { activates_at: at(150), retires_at: None, gone_at: None, ..stored(&KEYS[1]) };
        let keyring = load(vec![younger, stored(&KEYS[0])]).unwrap();
        let signs = |second| keyring.signer(at(second)).map(|signer| signer.kid());
        assert_eq!(signs(149), Some(KEYS[0].kid.as_str()));
        assert_eq!(signs(150), Some(KEYS[1].kid.as_str()));
        assert_eq!(keyring.keys().count(), 2);
    }

    #[test]
    fn a_known_key_is_not_parsed_again() {
        let first = keyring();
        let rows: Vec<_> = first.keys().cloned().map(|key| SigningKey { retires_at: None, ..key }).collect();
        let second = Keyring::load(rows, &ring(), &first).unwrap();
        let (before, after) = (first.signer(at(150)).unwrap(), second.signer(at(150)).unwrap());
        assert!(Arc::ptr_eq(before, after));
        assert!(second.signer(at(250)).is_some(), "the row's new times count");
    }

    #[test]
    fn an_erased_private_half_stops_a_known_signer() {
        let first = keyring();
        let erased = SigningKey { sealed_private: Vec::new(), ..stored(&KEYS[0]) };
        let second = Keyring::load(vec![erased], &ring(), &first).unwrap();
        assert!(second.signer(at(150)).is_none());
        assert!(second.verifier(&KEYS[0].kid).is_some());
    }

    /// Who can write to the table, but not seal, must not get a key of his own published.
    #[test]
    fn a_key_that_was_slipped_into_the_table_is_not_trusted() {
        let slipped = SigningKey { sealed_private: Vec::new(), gone_at: None, ..stored(&KEYS[0]) };
        let keyring = load(vec![slipped]).unwrap();
        assert!(keyring.published(at(150)).is_empty());

        let swapped = SigningKey { public_jwk: KEYS[1].public_jwk.clone(), ..stored(&KEYS[0]) };
        assert_eq!(load(vec![swapped]).unwrap_err(), KeyError::Public(KEYS[0].kid.clone()));

        let foreign = SigningKey { sealed_private: stored(&KEYS[0]).sealed_private, ..stored(&KEYS[1]) };
        assert_eq!(load(vec![foreign]).unwrap_err(), KeyError::Sealed(KEYS[1].kid.clone()));
    }

    #[test]
    fn a_private_half_of_another_key_is_refused() {
        let other = NewKey {
            kid: KEYS[0].kid.clone(),
            algorithm: "RS256",
            public_jwk: KEYS[0].public_jwk.clone(),
            private_der: KEYS[1].private_der.clone(),
        };
        assert_eq!(load(vec![stored(&other)]).unwrap_err(), KeyError::Private(KEYS[0].kid.clone()));
    }

    #[test]
    fn another_sealing_key_or_algorithm_is_refused() {
        let other = SealingRing::parse(NEW_LINE).unwrap();
        let refused = Keyring::load(vec![stored(&KEYS[0])], &other, &Keyring::empty()).unwrap_err();
        assert_eq!(refused, KeyError::Sealed(KEYS[0].kid.clone()));

        let unknown = SigningKey { algorithm: "HS256".into(), ..stored(&KEYS[0]) };
        assert_eq!(load(vec![unknown]).unwrap_err(), KeyError::Algorithm(KEYS[0].kid.clone()));
    }

    #[test]
    fn nothing_prints_a_private_key() {
        let printed = format!("{:?} {:?}", KEYS[0], keyring());
        assert!(printed.contains("…") && printed.contains(&KEYS[0].kid));
        assert!(!printed.contains("48, 130"), "a DER sequence in decimal");
    }
}

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
        active.max_by_key(|verifier| verifier.key.activates_at)?.signer.as_ref()
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

fn header(kid: &str, algorithm: Algorithm, kind: TokenType) -> Option<String> {
    let mut header = Header::new(algorithm.jose());
    header.typ = Some(kind.as_str().to_owned());
    header.kid = Some(kid.to_owned());
    Some(URL_SAFE_NO_PAD.encode(serde_json::to_vec(&header).ok()?))
}

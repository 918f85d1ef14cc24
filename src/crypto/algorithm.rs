//! Signature algorithms: everything that differs between one and another.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, RSAKeyParameters, RSAKeyType};
use rsa::{RsaPrivateKey, pkcs8::EncodePrivateKey, rand_core::OsRng, traits::PublicKeyParts};

use crate::domain::secret::Secret;

/// The algorithm of a key: the key chooses it, never a token (RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    Rs256,
}

/// A private key that is parsed and ready to sign.
pub(super) enum PrivateKey {
    Rsa(RsaKeyPair),
}

/// A public key that is parsed and ready to verify.
pub(super) struct PublicKey(ParsedPublicKey);

/// A key pair as it is stored.
pub(super) struct KeyPair {
    /// PKCS#8.
    pub(super) private_der: Secret<Vec<u8>>,
    pub(super) public: AlgorithmParameters,
}

const RSA_BITS: usize = 2048;

impl Algorithm {
    /// RFC 7518 §3.1.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Rs256].into_iter().find(|algorithm| algorithm.as_str() == text)
    }

    pub(super) const fn jose(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }

    pub(super) fn generate(self) -> Option<KeyPair> {
        match self {
            Self::Rs256 => {
                let key = RsaPrivateKey::new(&mut OsRng, RSA_BITS).ok()?;
                let member = |number: &rsa::BigUint| URL_SAFE_NO_PAD.encode(number.to_bytes_be());
                Some(KeyPair {
                    private_der: Secret::new(key.to_pkcs8_der().ok()?.as_bytes().to_vec()),
                    public: AlgorithmParameters::RSA(RSAKeyParameters {
                        key_type: RSAKeyType::RSA,
                        n: member(key.n()),
                        e: member(key.e()),
                    }),
                })
            }
        }
    }

    pub(super) fn parse_private(self, pkcs8: &[u8]) -> Option<PrivateKey> {
        match self {
            Self::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).ok().map(PrivateKey::Rsa),
        }
    }

    pub(super) fn parse_public(self, jwk: &Jwk) -> Option<PublicKey> {
        match (self, &jwk.algorithm) {
            (Self::Rs256, AlgorithmParameters::RSA(members)) => {
                let n = URL_SAFE_NO_PAD.decode(&members.n).ok()?;
                let e = URL_SAFE_NO_PAD.decode(&members.e).ok()?;
                let key = RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()?;
                Some(PublicKey(key))
            }
            (Self::Rs256, _) => None,
        }
    }
}

impl PrivateKey {
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Rsa(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
                Some(signature)
            }
        }
    }
}

impl PublicKey {
    pub(super) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

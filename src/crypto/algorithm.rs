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

#[cfg(test)]
mod tests {
    use rsa::BigUint;

    use super::*;

    const N: &str = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    const D: &str = "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ";
    const MESSAGE: &[u8] = b"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const SIGNATURE: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    fn jwk(members: &str) -> Jwk {
        serde_json::from_str(members).unwrap()
    }

    /// RFC 7515 A.2.
    #[test]
    fn rs256_signs_and_verifies_the_example_of_the_rfc() {
        let number = |text| BigUint::from_bytes_be(&bytes(text));
        let key = RsaPrivateKey::from_components(number(N), number("AQAB"), number(D), Vec::new()).unwrap();
        let private = Algorithm::Rs256.parse_private(key.to_pkcs8_der().unwrap().as_bytes()).unwrap();
        assert_eq!(private.sign(MESSAGE), Some(bytes(SIGNATURE)));

        let public = jwk(&format!(r#"{{"kty":"RSA","n":"{N}","e":"AQAB"}}"#));
        let public = Algorithm::Rs256.parse_public(&public).unwrap();
        assert!(public.verifies(MESSAGE, &bytes(SIGNATURE)));
        assert!(!public.verifies(b"another message", &bytes(SIGNATURE)));
        assert!(!public.verifies(MESSAGE, &[0; 256]));
        assert!(!public.verifies(MESSAGE, b""));
    }

    #[test]
    fn a_key_of_another_kind_is_no_rs256_key() {
        let secret = jwk(r#"{"kty":"oct","k":"c2VjcmV0"}"#);
        assert!(Algorithm::Rs256.parse_public(&secret).is_none());
        let broken = jwk(r#"{"kty":"RSA","n":"!","e":"AQAB"}"#);
        assert!(Algorithm::Rs256.parse_public(&broken).is_none());
        assert!(Algorithm::Rs256.parse_private(b"not a key").is_none());
    }

    #[test]
    fn only_algorithms_that_we_have_are_parsed() {
        assert_eq!(Algorithm::parse("RS256"), Some(Algorithm::Rs256));
        for text in ["none", "HS256", "rs256", ""] {
            assert_eq!(Algorithm::parse(text), None);
        }
    }
}

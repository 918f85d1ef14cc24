//! A token checked as everybody can check it: with nothing but the issuer's published keys.

use jsonwebtoken::{
    DecodingKey, Validation, decode, decode_header,
    jwk::{Jwk, JwkSet},
};
use serde_json::{Map, Value};

use super::{
    algorithm::Algorithm,
    jwt::{JwtError, MAX_LENGTH, TokenType},
};

/// The claims of a token whose signature fits; nobody has looked at them yet.
#[derive(Debug, PartialEq, Eq)]
pub struct Signed {
    pub kid: String,
    pub claims: Map<String, Value>,
}

/// Finds the key in `key_set`, the text of a JWK Set (RFC 7517 §5), and checks the signature with it.
pub fn verify(key_set: &str, token: &str, wanted: TokenType) -> Result<Signed, JwtError> {
    if token.len() > MAX_LENGTH {
        return Err(JwtError::Malformed);
    }
    let header = decode_header(token).ok().ok_or(JwtError::Malformed)?;
    if header.crit.is_some() || header.zip.is_some() || header.enc.is_some() {
        return Err(JwtError::Header);
    }
    if header.typ.as_deref() != Some(wanted.as_str()) {
        return Err(JwtError::Type);
    }
    let keys: JwkSet = serde_json::from_str(key_set).ok().ok_or(JwtError::UnknownKey)?;
    let kid = header.kid.ok_or(JwtError::UnknownKey)?;
    let key = keys.find(&kid).ok_or(JwtError::UnknownKey)?;
    let algorithm = algorithm(key).filter(|algorithm| algorithm.jose() == header.alg).ok_or(JwtError::Algorithm)?;
    let decoding = DecodingKey::from_jwk(key).ok().ok_or(JwtError::UnknownKey)?;
    let decoded = decode::<Map<String, Value>>(token, &decoding, &only_the_signature(algorithm));
    Ok(Signed { kid, claims: decoded.ok().ok_or(JwtError::Signature)?.claims })
}

/// The key chooses the algorithm, never the token (RFC 8725 §3.1).
fn algorithm(key: &Jwk) -> Option<Algorithm> {
    Algorithm::parse(&key.common.key_algorithm?.to_string())
}

/// The claims are judged by whoever knows what to expect of them, and by the clock that tests move.
fn only_the_signature(algorithm: Algorithm) -> Validation {
    let mut rules = Validation::new(algorithm.jose());
    rules.validate_exp = false;
    rules.validate_aud = false;
    rules.required_spec_claims.clear();
    rules
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::crypto::{
        jwt::sign,
        keyring::Keyring,
        samples::{KEYS, at, keyring, ring, stored},
    };

    fn token() -> String {
        sign(keyring().signer(at(150)).unwrap(), TokenType::AccessToken, &json!({ "sub": "usr_1" })).unwrap()
    }

    #[test]
    fn a_token_of_a_published_key_verifies() {
        let signed = verify(&keyring().jwks(at(150)), &token(), TokenType::AccessToken).unwrap();
        assert_eq!((signed.kid.as_str(), &signed.claims["sub"]), (KEYS[0].kid.as_str(), &json!("usr_1")));
    }

    #[test]
    fn a_key_that_is_not_published_verifies_nothing() {
        let others = Keyring::load(vec![stored(&KEYS[1])], &ring(), &Keyring::empty()).unwrap();
        for key_set in [others.jwks(at(150)), keyring().jwks(at(400)), String::new()] {
            assert_eq!(verify(&key_set, &token(), TokenType::AccessToken), Err(JwtError::UnknownKey));
        }
    }

    #[test]
    fn another_keys_signature_does_not_fit() {
        let renamed = keyring().jwks(at(150)).replace(&KEYS[0].kid, "other");
        let others = Keyring::load(vec![stored(&KEYS[1])], &ring(), &Keyring::empty()).unwrap();
        let posing = others.jwks(at(150)).replace(&KEYS[1].kid, &KEYS[0].kid);
        assert_eq!(verify(&renamed, &token(), TokenType::AccessToken), Err(JwtError::UnknownKey));
        assert_eq!(verify(&posing, &token(), TokenType::AccessToken), Err(JwtError::Signature));
    }

    #[test]
    fn one_type_of_token_does_not_pass_for_another() {
        let verdict = verify(&keyring().jwks(at(150)), &token(), TokenType::IdToken);
        assert_eq!(verdict, Err(JwtError::Type));
    }
}

//! JSON Web Tokens of this issuer: signed with a parsed key, verified by the rules of RFC 8725.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Header, decode_header};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::keyring::{Keyring, Signer, Verifier};
use crate::domain::time::Timestamp;

/// What a token is, said in its `typ`, so that one never passes for the other (RFC 8725 §3.11).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenType {
    /// RFC 9068 §2.1.
    AccessToken,
    IdToken,
}

/// Whether a token has to be alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It has not expired, and its key is still published.
    Live,
    /// An `id_token_hint` may be old (OpenID Connect RP-Initiated Logout §4).
    Any,
}

#[derive(Debug, thiserror::Error)]
pub enum SignError {
    #[error("the claims cannot be written as JSON: {0}")]
    Claims(#[from] serde_json::Error),
    #[error("signing key {0} refused to sign")]
    Key(String),
}

/// Why a token is not one of ours, or no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwtError {
    #[error("not a signed token")]
    Malformed,
    #[error("a header member that is not understood")]
    Header,
    #[error("another type of token")]
    Type,
    #[error("no such key")]
    UnknownKey,
    #[error("an algorithm that is not the key's")]
    Algorithm,
    #[error("the signature does not fit")]
    Signature,
    #[error("claims that do not fit")]
    Claims,
    #[error("expired")]
    Expired,
}

/// The longest token that is looked at.
pub const MAX_LENGTH: usize = 16 * 1024;

#[derive(Deserialize)]
struct Lifetime {
    exp: i64,
}

impl TokenType {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            Self::IdToken => "JWT",
        }
    }
}

pub fn sign(signer: &Signer, kind: TokenType, claims: &impl Serialize) -> Result<String, SignError> {
    let header = signer.header(kind);
    let claims = serde_json::to_vec(claims)?;
    // Room for a third more by base64, the dots, and a signature of 2048 bits.
    let mut token = String::with_capacity(header.len() + claims.len() / 3 * 4 + 352);
    token.push_str(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(&claims, &mut token);

    let signature = signer.sign(token.as_bytes()).ok_or_else(|| SignError::Key(signer.kid().to_owned()))?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(&signature, &mut token);
    Ok(token)
}

/// The claims of a token of ours, of this type. Expiry is judged without leeway: both clocks are our own.
pub fn verify<T: DeserializeOwned>(
    keyring: &Keyring,
    token: &str,
    kind: TokenType,
    now: Timestamp,
    age: Age,
) -> Result<T, JwtError> {
    let (message, payload, signature) = split(token).ok_or(JwtError::Malformed)?;
    let header = decode_header(token).ok().ok_or(JwtError::Malformed)?;
    let verifier = verifier(keyring, &header, kind)?;
    if age == Age::Live && !verifier.is_published(now) {
        return Err(JwtError::UnknownKey);
    }

    let signature = URL_SAFE_NO_PAD.decode(signature).ok().ok_or(JwtError::Malformed)?;
    if !verifier.verifies(message.as_bytes(), &signature) {
        return Err(JwtError::Signature);
    }

    let claims = URL_SAFE_NO_PAD.decode(payload).ok().ok_or(JwtError::Malformed)?;
    let lifetime: Lifetime = serde_json::from_slice(&claims).ok().ok_or(JwtError::Claims)?;
    if age == Age::Live && Timestamp::from_unix(lifetime.exp) <= now {
        return Err(JwtError::Expired);
    }
    serde_json::from_slice(&claims).ok().ok_or(JwtError::Claims)
}

/// What is signed, its second part, and the signature: exactly three parts (RFC 7515 §3.1).
fn split(token: &str) -> Option<(&str, &str, &str)> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    let fits = token.len() <= MAX_LENGTH && !header.is_empty() && !payload.contains('.');
    fits.then_some((message, payload, signature))
}

/// The key that the header names, if the header could be one of ours. A key inside it (`jwk`, `jku`, `x5c`) is never used.
fn verifier<'a>(keyring: &'a Keyring, header: &Header, kind: TokenType) -> Result<&'a Verifier, JwtError> {
    // RFC 7515 §4.1.11: we understand no extension, so a critical one is a refusal.
    if header.crit.is_some() || header.zip.is_some() || header.enc.is_some() {
        return Err(JwtError::Header);
    }
    if header.typ.as_deref() != Some(kind.as_str()) {
        return Err(JwtError::Type);
    }
    let verifier = header.kid.as_deref().and_then(|kid| keyring.verifier(kid)).ok_or(JwtError::UnknownKey)?;
    if header.alg != verifier.algorithm().jose() {
        return Err(JwtError::Algorithm);
    }
    Ok(verifier)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hmac;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::crypto::samples::{KEYS, at, keyring, ring, stored};

    fn claims() -> Value {
        json!({ "iss": "https://id.example", "sub": "usr_1", "exp": 160 })
    }

    fn token() -> String {
        sign(keyring().signer(at(150)).unwrap(), TokenType::AccessToken, &claims()).unwrap()
    }

    fn verified(token: &str, second: i64) -> Result<Value, JwtError> {
        verify(&keyring(), token, TokenType::AccessToken, at(second), Age::Live)
    }

    /// A token with this header, signed by our own key: only the header can be its fault.
    fn headed(header: &Value) -> String {
        let message = unsigned(header);
        let signature = keyring().signer(at(150)).unwrap().sign(message.as_bytes()).unwrap();
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn unsigned(header: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", part(header), part(&claims()))
    }

    /// Our own header with some members changed; null removes one.
    fn header_with(changes: &Value) -> Value {
        let mut header = json!({ "typ": "at+jwt", "alg": "RS256", "kid": KEYS[0].kid });
        for (name, value) in changes.as_object().unwrap().clone() {
            header[name] = value;
        }
        header.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        header
    }

    #[test]
    fn a_signed_token_verifies() {
        assert_eq!(verified(&token(), 150), Ok(claims()));
        assert_eq!(verified(&headed(&header_with(&json!({}))), 150), Ok(claims()));
    }

    #[test]
    fn the_header_says_type_algorithm_and_key() {
        let header = decode_header(token()).unwrap();
        assert_eq!((header.typ.as_deref(), header.kid), (Some("at+jwt"), Some(KEYS[0].kid.clone())));
        assert_eq!(header.alg, jsonwebtoken::Algorithm::RS256);
        let id_token = sign(keyring().signer(at(150)).unwrap(), TokenType::IdToken, &claims()).unwrap();
        assert_eq!(decode_header(id_token).unwrap().typ.as_deref(), Some("JWT"));
    }

    /// A resource server has nothing but the JWKS.
    #[test]
    fn an_independent_library_verifies_it_with_the_published_key() {
        let jwk = serde_json::from_value(keyring().published(at(150)).remove(0)).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
        let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
        rules.validate_exp = false;
        assert_eq!(jsonwebtoken::decode::<Value>(token(), &key, &rules).unwrap().claims, claims());
    }

    #[test]
    fn a_token_ends_at_exp_without_leeway() {
        assert!(verified(&token(), 159).is_ok());
        assert_eq!(verified(&token(), 160), Err(JwtError::Expired));
        assert_eq!(verify(&keyring(), &token(), TokenType::AccessToken, at(160), Age::Any), Ok(claims()));
    }

    #[test]
    fn a_token_without_exp_is_refused() {
        let eternal = sign(keyring().signer(at(150)).unwrap(), TokenType::AccessToken, &json!({ "sub": "x" })).unwrap();
        assert_eq!(verified(&eternal, 150), Err(JwtError::Claims));
    }

    /// No validation fails during a rotation; a revoked key's tokens end with it.
    #[test]
    fn a_retired_key_validates_and_a_gone_one_only_recognises() {
        let token = sign(keyring().signer(at(150)).unwrap(), TokenType::IdToken, &json!({ "exp": 999 })).unwrap();
        let judged = |second, age| verify::<Value>(&keyring(), &token, TokenType::IdToken, at(second), age).map(|_| ());
        assert_eq!(judged(250, Age::Live), Ok(()));
        assert_eq!(judged(300, Age::Live), Err(JwtError::UnknownKey));
        assert_eq!(judged(300, Age::Any), Ok(()));
    }

    #[test]
    fn a_key_that_is_not_ours_is_unknown() {
        assert_eq!(
            verify::<Value>(&Keyring::empty(), &token(), TokenType::AccessToken, at(150), Age::Any),
            Err(JwtError::UnknownKey)
        );
        for kid in [json!("other"), json!(""), Value::Null] {
            assert_eq!(verified(&headed(&header_with(&json!({ "kid": kid }))), 150), Err(JwtError::UnknownKey));
        }
    }

    /// RFC 8725 §3.1, §3.2: the key chooses the algorithm.
    #[test]
    fn no_other_algorithm_than_the_keys_is_accepted() {
        for algorithm in ["PS256", "RS512", "HS256", "ES256"] {
            let changed = headed(&header_with(&json!({ "alg": algorithm })));
            assert_eq!(verified(&changed, 150), Err(JwtError::Algorithm), "{algorithm}");
        }
        for algorithm in [json!("none"), json!("None"), json!("PBES2-HS256+A128KW"), json!("dir"), Value::Null] {
            let header = header_with(&json!({ "alg": algorithm }));
            for token in [headed(&header), format!("{}.", unsigned(&header)), unsigned(&header)] {
                assert_eq!(verified(&token, 150), Err(JwtError::Malformed), "{algorithm}");
            }
        }
    }

    /// The confusion of RFC 8725 §2.1: a MAC with the public key as its secret.
    #[test]
    fn the_public_key_is_no_shared_secret() {
        let message = unsigned(&header_with(&json!({ "alg": "HS256" })));
        for secret in [KEYS[0].public_jwk.as_bytes(), KEYS[0].kid.as_bytes(), b""] {
            let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
            let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac));
            assert_eq!(verified(&token, 150), Err(JwtError::Algorithm));
        }
        let message = unsigned(&header_with(&json!({})));
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, KEYS[0].public_jwk.as_bytes()), message.as_bytes());
        assert_eq!(verified(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac)), 150), Err(JwtError::Signature));
    }

    /// RFC 9068 §5: an ID token is no access token, nor the other way round.
    #[test]
    fn another_type_is_refused() {
        for typ in [json!("JWT"), json!("AT+JWT"), json!("application/at+jwt"), json!("logout+jwt"), Value::Null] {
            assert_eq!(verified(&headed(&header_with(&json!({ "typ": typ }))), 150), Err(JwtError::Type), "{typ}");
        }
        assert_eq!(verify::<Value>(&keyring(), &token(), TokenType::IdToken, at(150), Age::Any), Err(JwtError::Type));
    }

    #[test]
    fn critical_extensions_compression_and_encryption_are_refused() {
        for member in [
            json!({ "crit": ["b64"], "b64": false }),
            json!({ "crit": [] }),
            json!({ "zip": "DEF" }),
            json!({ "enc": "A128GCM" }),
        ] {
            assert_eq!(verified(&headed(&header_with(&member)), 150), Err(JwtError::Header), "{member}");
        }
    }

    #[test]
    fn a_key_inside_the_header_is_never_used() {
        let mine: Value = serde_json::from_str(&KEYS[1].public_jwk).unwrap();
        let mut key = stored(&KEYS[1]);
        key.gone_at = None;
        let attacker = Keyring::load(vec![key], &ring(), &Keyring::empty()).unwrap();
        let message = unsigned(&header_with(&json!({ "jwk": mine, "jku": "https://evil.example/jwks" })));
        let signature = attacker.signer(at(150)).unwrap().sign(message.as_bytes()).unwrap();
        let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
        assert_eq!(verified(&token, 150), Err(JwtError::Signature));
    }

    #[test]
    fn tampering_is_seen() {
        let token = token();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (header, _) = message.split_once('.').unwrap();
        let richer = URL_SAFE_NO_PAD.encode(json!({ "sub": "usr_2", "exp": 999 }).to_string());
        assert_eq!(verified(&format!("{header}.{richer}.{signature}"), 150), Err(JwtError::Signature));

        let mut bytes = URL_SAFE_NO_PAD.decode(signature).unwrap();
        bytes[0] ^= 1;
        assert_eq!(verified(&format!("{message}.{}", URL_SAFE_NO_PAD.encode(bytes)), 150), Err(JwtError::Signature));
        assert_eq!(verified(&format!("{message}."), 150), Err(JwtError::Signature));
        assert_eq!(verified(&format!("{message}.{signature}="), 150), Err(JwtError::Malformed));
    }

    #[test]
    fn the_parts_are_exactly_three() {
        let token = token();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let (header, payload) = message.split_once('.').unwrap();
        for wrong in [
            format!("{header}..{payload}.{signature}"),
            format!("{header}.{payload}..{signature}"),
            format!("{token}."),
            format!(".{token}"),
            format!("{token}.{signature}"),
            format!("{header}.{signature}"),
            format!(".{payload}.{signature}"),
            "..".to_owned(),
            String::new(),
        ] {
            assert_eq!(verified(&wrong, 150), Err(JwtError::Malformed), "{wrong}");
        }
    }

    #[test]
    fn a_huge_token_is_not_looked_at() {
        let long = |length: usize| {
            let claims = json!({ "exp": 160, "pad": "x".repeat(length) });
            verified(&sign(keyring().signer(at(150)).unwrap(), TokenType::AccessToken, &claims).unwrap(), 150)
                .map(|_| ())
        };
        assert_eq!(long(8_000), Ok(()));
        assert_eq!(long(MAX_LENGTH), Err(JwtError::Malformed));
    }

    proptest! {
        #[test]
        fn strange_text_is_no_token(text: String, parts in "([A-Za-z0-9_-]{0,80}\\.){2}[A-Za-z0-9_-]{0,80}") {
            prop_assert!(verified(&text, 150).is_err());
            prop_assert!(verified(&parts, 150).is_err());
        }
    }
}

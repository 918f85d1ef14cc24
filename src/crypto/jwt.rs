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

/// The key that the header names, if the header is one that we write. Keys inside a header (`jwk`, `jku`, `x5c`) are never used.
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

//! Tokens as the relying party and a resource server look at them: nothing is believed that is not checked.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    crypto::{
        digest,
        jwt::{JwtError, TokenType},
        published::{self, Signed},
    },
    domain::time::Timestamp,
    protocol::jwt::{AccessTokenClaims, IdTokenClaims},
};

/// The tokens of a run.
#[derive(Clone, Serialize, Deserialize)]
pub struct Tokens {
    pub access: Checked,
    pub id: Option<Checked>,
    pub refresh: Option<String>,
}

/// A token and what became of checking it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Checked {
    pub raw: String,
    pub verdict: Verdict,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// By the key `kid` of `/jwks`; the claims named here are as they must be.
    Verified {
        kid: String,
        claims: Vec<String>,
    },
    Refused {
        reason: String,
    },
}

/// Who the tokens must be from and for, and when.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) now: Timestamp,
    pub(super) from: From<'a>,
}

/// Where an ID token came from.
#[derive(Clone, Copy)]
pub(super) enum From<'a> {
    /// OpenID Connect Core §3.1.3.7: the nonce of the request comes back.
    Code { nonce: &'a str },
    /// OpenID Connect Core §12.2: it is about the same user.
    Refresh { sub: &'a str },
}

/// Why a token is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Unfit {
    #[error(transparent)]
    Token(#[from] JwtError),
    #[error("{0} is not what it must be")]
    Claim(&'static str),
}

/// As a resource server checks an access token. RFC 9068 §4.
pub(super) fn access(key_set: &str, raw: &str, expected: &Expected<'_>) -> Checked {
    let judged = || {
        let signed = published::verify(key_set, raw, TokenType::AccessToken)?;
        let claims: AccessTokenClaims = read(&signed)?;
        let rules = [
            ("iss", claims.iss == expected.issuer),
            ("aud", claims.aud.contains(expected.issuer)),
            ("client_id", claims.client_id == expected.client_id),
            ("exp", Timestamp::from_unix(claims.exp) > expected.now),
        ];
        judge(signed.kid, &rules)
    };
    Checked::new(raw, judged())
}

/// As a relying party checks an ID token. OpenID Connect Core §3.1.3.7 and §12.2.
pub(super) fn id(key_set: &str, raw: &str, access: &str, expected: &Expected<'_>) -> Checked {
    let judged = || {
        let signed = published::verify(key_set, raw, TokenType::IdToken)?;
        let claims: IdTokenClaims = read(&signed)?;
        let origin = match expected.from {
            From::Code { nonce } => ("nonce", claims.nonce.as_deref() == Some(nonce)),
            From::Refresh { sub } => ("sub", claims.sub == sub),
        };
        let hash = digest::left_half(access);
        let rules = [
            ("iss", claims.iss == expected.issuer),
            ("aud", claims.aud.iter().eq([expected.client_id])),
            ("exp", Timestamp::from_unix(claims.exp) > expected.now),
            origin,
            ("at_hash", claims.at_hash.is_none_or(|given| given == hash)),
        ];
        judge(signed.kid, &rules)
    };
    Checked::new(raw, judged())
}

impl Checked {
    fn new(raw: &str, judged: Result<Verdict, Unfit>) -> Self {
        let verdict = judged.unwrap_or_else(|unfit| Verdict::Refused { reason: unfit.to_string() });
        Self { raw: raw.to_owned(), verdict }
    }

    /// Header and claims, as they are written.
    pub fn decoded(&self) -> Option<(Value, Value)> {
        decoded(&self.raw)
    }

    /// A member of the claims that is a text.
    pub(super) fn claim(&self, name: &str) -> Option<String> {
        self.decoded()?.1.get(name)?.as_str().map(str::to_owned)
    }

    /// Whether the key was missing: it may have been published since the key set was fetched.
    pub(super) fn wants_newer_keys(&self) -> bool {
        matches!(&self.verdict, Verdict::Refused { reason } if *reason == JwtError::UnknownKey.to_string())
    }
}

/// Header and claims of a token, which nobody has checked. RFC 7515 §3.1.
pub(in crate::services) fn decoded(raw: &str) -> Option<(Value, Value)> {
    let mut parts = raw.split('.').map(part);
    Some((parts.next()??, parts.next()??))
}

fn part(text: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn read<T: serde::de::DeserializeOwned>(signed: &Signed) -> Result<T, JwtError> {
    let claims: Map<String, Value> = signed.claims.clone();
    serde_json::from_value(Value::Object(claims)).ok().ok_or(JwtError::Claims)
}

/// The first rule that does not hold refuses the token.
fn judge(kid: String, rules: &[(&'static str, bool)]) -> Result<Verdict, Unfit> {
    match rules.iter().find(|(_, holds)| !holds) {
        Some((name, _)) => Err(Unfit::Claim(name)),
        None => Ok(Verdict::Verified { kid, claims: rules.iter().map(|(name, _)| (*name).to_owned()).collect() }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use serde_json::json;

    use super::*;
    use crate::{
        crypto::{
            jwt,
            keyring::{self, Keyring},
            seal::SealingRing,
        },
        domain::key::SigningKey,
    };

    const NOW: Timestamp = Timestamp::from_unix(100);
    const EXPECTED: Expected<'_> =
        Expected { issuer: "https://id.example", client_id: "app", now: NOW, from: From::Code { nonce: "n" } };

    static KEYS: LazyLock<Keyring> = LazyLock::new(|| {
        let ring = SealingRing::parse(SealingRing::generate().reveal()).unwrap();
        let made = keyring::generate().unwrap();
        let key = SigningKey {
            kid: made.kid.clone(),
            algorithm: made.algorithm.to_owned(),
            public_jwk: made.public_jwk.clone(),
            sealed_private: made.sealed(&ring),
            created_at: NOW,
            activates_at: NOW,
            retires_at: None,
            gone_at: None,
        };
        Keyring::load(vec![key], &ring, &Keyring::empty()).unwrap()
    });

    /// Good claims of both tokens, with changes.
    fn token(kind: TokenType, changes: &Value) -> String {
        let (aud, acr) = match kind {
            TokenType::AccessToken => ("https://id.example", Value::Null),
            TokenType::IdToken => ("app", json!("urn:x")),
        };
        let mut claims = json!({
            "iss": "https://id.example", "sub": "usr_1", "aud": aud, "exp": 160, "iat": 100, "jti": "j",
            "client_id": "app", "auth_time": 90, "acr": acr, "amr": ["pwd"], "sid": "s", "nonce": "n",
            "at_hash": digest::left_half("access"),
        });
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        jwt::sign(KEYS.signer(NOW).unwrap(), kind, &claims).unwrap()
    }

    fn refusal(verdict: Verdict) -> Option<String> {
        match verdict {
            Verdict::Verified { .. } => None,
            Verdict::Refused { reason } => Some(reason),
        }
    }

    /// OpenID Connect Core §3.1.3.7.
    #[test]
    fn an_id_token_for_another_request_is_refused() {
        let judged = |changes: &Value, expected: &Expected<'_>| {
            refusal(id(&KEYS.jwks(NOW), &token(TokenType::IdToken, changes), "access", expected).verdict)
        };
        assert_eq!(judged(&json!({}), &EXPECTED), None);
        for (name, value) in [
            ("iss", json!("https://evil.example")),
            ("aud", json!(["app", "other"])),
            ("exp", json!(100)),
            ("nonce", json!("other")),
            ("at_hash", json!("other")),
        ] {
            assert_eq!(judged(&json!({ name: value }), &EXPECTED), Some(format!("{name} is not what it must be")));
        }
        let refreshed = Expected { from: From::Refresh { sub: "usr_1" }, ..EXPECTED };
        assert_eq!(judged(&json!({ "nonce": null }), &refreshed), None);
        assert_eq!(judged(&json!({ "sub": "usr_2" }), &refreshed), Some("sub is not what it must be".to_owned()));
    }

    /// RFC 9068 §4.
    #[test]
    fn an_access_token_for_somebody_else_is_refused() {
        let judged = |changes: &Value| {
            refusal(access(&KEYS.jwks(NOW), &token(TokenType::AccessToken, changes), &EXPECTED).verdict)
        };
        assert_eq!(judged(&json!({})), None);
        for (name, value) in [("iss", "https://evil.example"), ("aud", "other"), ("client_id", "other")] {
            assert_eq!(judged(&json!({ name: value })), Some(format!("{name} is not what it must be")));
        }
        let id_token = token(TokenType::IdToken, &json!({}));
        let verdict = access(&KEYS.jwks(NOW), &id_token, &EXPECTED).verdict;
        assert_eq!(refusal(verdict), Some(JwtError::Type.to_string()));
    }

    #[test]
    fn a_missing_key_asks_for_newer_keys() {
        let unknown = access("", &token(TokenType::AccessToken, &json!({})), &EXPECTED);
        assert!(unknown.wants_newer_keys());
        let forged = access(&KEYS.jwks(NOW), "a.b.c", &EXPECTED);
        assert!(!forged.wants_newer_keys());
    }
}

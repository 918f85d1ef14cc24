//! A signing key's life: next → active → retired → gone.

use super::time::{Seconds, Timestamp};

/// One signing key, as stored: its private half is sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// The RFC 7638 thumbprint of the public half.
    pub kid: String,
    /// The `alg` it signs with; the key chooses it, never a token.
    pub algorithm: String,
    /// The public half as a JWK (JSON).
    pub public_jwk: String,
    /// The private half (PKCS#8 DER) as `crypto::seal` made it; empty once the key is gone.
    pub sealed_private: Vec<u8>,
    pub created_at: Timestamp,
    pub activates_at: Timestamp,
    pub retires_at: Option<Timestamp>,
    pub gone_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyState {
    /// Published, does not sign yet.
    Next,
    Active,
    /// Signs no more; its tokens still validate.
    Retired,
    /// Kept only to recognise an old `id_token_hint`.
    Gone,
}

/// The times of a rotation.
#[derive(Clone, Copy, Debug)]
pub struct Rotation {
    /// A key signs at most this long before the next takes over.
    pub every: Seconds,
    /// JWKS max-age + keyring refresh: a key is published this long before it signs.
    pub publish_ahead: Seconds,
    /// Keyring refresh + longest token + skew: a key stays this long after it last signed.
    pub keep_retired: Seconds,
}

impl SigningKey {
    pub fn state(&self, now: Timestamp) -> KeyState {
        if self.gone_at.is_some_and(|gone| gone <= now) {
            KeyState::Gone
        } else if self.retires_at.is_some_and(|retired| retired <= now) {
            KeyState::Retired
        } else if self.activates_at <= now {
            KeyState::Active
        } else {
            KeyState::Next
        }
    }
}

impl KeyState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Retired => "retired",
            Self::Gone => "gone",
        }
    }

    pub const fn is_published(self) -> bool {
        !matches!(self, Self::Gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_goes_through_its_states_in_order() {
        let key = SigningKey {
            kid: "k".into(),
            algorithm: "RS256".into(),
            public_jwk: "{}".into(),
            sealed_private: vec![1],
            created_at: Timestamp::from_unix(0),
            activates_at: Timestamp::from_unix(10),
            retires_at: Some(Timestamp::from_unix(20)),
            gone_at: Some(Timestamp::from_unix(30)),
        };
        let states = [9, 10, 20, 30].map(|at| key.state(Timestamp::from_unix(at)));
        assert_eq!(states, [KeyState::Next, KeyState::Active, KeyState::Retired, KeyState::Gone]);
    }
}

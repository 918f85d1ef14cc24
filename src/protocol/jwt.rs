//! The claims of our tokens. RFC 9068 §2.2, OpenID Connect Core §2.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::scope::Scope;

/// One audience is a string, several are an array (RFC 7519 §4.1.3).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "OneOrMany", into = "OneOrMany")]
pub struct Audience(Vec<String>);

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// An access token. RFC 9068 §2.2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    pub iss: String,
    pub sub: String,
    pub aud: Audience,
    pub exp: i64,
    pub iat: i64,
    pub jti: String,
    pub client_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acr: Option<String>,
    /// Private: the grant behind it, so that its liveness can be looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<String>,
    /// Private, of the account API: the user's version when it was issued (comind's `userVersion`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ver: Option<i64>,
}

impl AccessTokenClaims {
    /// What was granted.
    pub fn scope(&self) -> Scope {
        self.scope.as_deref().and_then(Scope::parse).unwrap_or_default()
    }
}

/// An ID token. OpenID Connect Core §2.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct IdTokenClaims {
    pub iss: String,
    pub sub: String,
    pub aud: Audience,
    pub exp: i64,
    pub iat: i64,
    pub auth_time: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_hash: Option<String>,
    pub acr: String,
    pub amr: Vec<String>,
    pub sid: String,
    /// What the `claims` parameter asked for.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}

impl Audience {
    pub fn contains(&self, one: &str) -> bool {
        self.0.iter().any(|audience| audience == one)
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl From<Vec<String>> for Audience {
    fn from(audience: Vec<String>) -> Self {
        Self(audience)
    }
}

impl From<OneOrMany> for Audience {
    fn from(wire: OneOrMany) -> Self {
        match wire {
            OneOrMany::One(one) => Self(vec![one]),
            OneOrMany::Many(many) => Self(many),
        }
    }
}

impl From<Audience> for OneOrMany {
    fn from(audience: Audience) -> Self {
        let mut all = audience.0;
        match (all.pop(), all.is_empty()) {
            (Some(only), true) => Self::One(only),
            (Some(last), false) => {
                all.push(last);
                Self::Many(all)
            }
            (None, _) => Self::Many(all),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7519 §4.1.3.
    #[test]
    fn one_audience_is_a_string_and_several_are_an_array() {
        let one = Audience::from(vec!["a".to_owned()]);
        let two = Audience::from(vec!["a".to_owned(), "b".to_owned()]);
        assert_eq!(serde_json::to_string(&one).unwrap(), r#""a""#);
        assert_eq!(serde_json::to_string(&two).unwrap(), r#"["a","b"]"#);
        assert_eq!(serde_json::from_str::<Audience>(r#""a""#).unwrap(), one);
        assert_eq!(serde_json::from_str::<Audience>(r#"["a","b"]"#).unwrap(), two);
    }
}

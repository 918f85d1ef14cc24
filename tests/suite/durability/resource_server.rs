//! A resource server that validates tokens by itself, with the keys that it cached from /jwks for their max-age.

use std::collections::BTreeMap;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, jwk::JwkSet};
use serde_json::Value;

use crate::harness::{Answer, header};

pub(crate) struct ResourceServer {
    issuer: String,
    keys: BTreeMap<String, DecodingKey>,
    fresh_until: i64,
}

impl ResourceServer {
    pub(crate) fn new(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), keys: BTreeMap::new(), fresh_until: i64::MIN }
    }

    /// Whether /jwks has to be asked again.
    pub(crate) fn is_stale(&self, now: i64) -> bool {
        now >= self.fresh_until
    }

    /// Keeps an answer of /jwks as long as it says, and not a second less.
    pub(crate) fn caches(&mut self, answer: &Answer, now: i64) {
        answer.expect_status(200);
        let set: JwkSet = serde_json::from_slice(&answer.body).unwrap();
        let key =
            |jwk: &jsonwebtoken::jwk::Jwk| (jwk.common.key_id.clone().unwrap(), DecodingKey::from_jwk(jwk).unwrap());
        self.keys = set.keys.iter().map(key).collect();
        let directives = answer.header("cache-control").unwrap();
        let max_age = directives.split(',').find_map(|part| part.trim().strip_prefix("max-age=")).unwrap();
        self.fresh_until = now + max_age.parse::<i64>().unwrap();
    }

    pub(crate) fn knows(&self, kid: &str) -> bool {
        self.keys.contains_key(kid)
    }

    /// Panics where the token does not validate; a key that it does not know is no reason to ask again.
    #[track_caller]
    pub(crate) fn validates(&self, token: &str, now: i64) {
        let kid = header(token)["kid"].as_str().unwrap().to_owned();
        let key = self.keys.get(&kid).unwrap_or_else(|| panic!("at {now} the key {kid} is not known"));
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_issuer(&[&self.issuer]);
        // The time is the test's: it is compared below.
        rules.validate_exp = false;
        rules.validate_aud = false;
        let claims = decode::<Value>(token, key, &rules).unwrap_or_else(|error| panic!("at {now}: {error}")).claims;
        assert!(claims["exp"].as_i64().unwrap() > now, "the test asks about a token that has ended");
    }
}

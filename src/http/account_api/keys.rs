//! What the contracts share of API keys: from the members of a request to what a key is to be.

use crate::{
    domain::{api_key::Environment, ids::ApiKeyId, mount::Mount, time::Timestamp},
    protocol::scope::Scope,
    services::{accounts::Refusal, api_keys::NewKey},
};

/// The members that any contract may show.
pub struct Wanted {
    pub name: String,
    pub description: Option<String>,
    pub scopes: Option<Vec<String>>,
    pub environment: Option<String>,
    pub expires_in_days: Option<i64>,
}

impl Wanted {
    pub fn into_new(self, mount: &Mount) -> Result<NewKey, Refusal> {
        let environment = match self.environment.as_deref() {
            None => Environment::Live,
            Some(word) => Environment::parse(word).ok_or(Refusal::Malformed("environment"))?,
        };
        let scope = match self.scopes {
            None => None,
            Some(names) => Some(Scope::parse(&names.join(" ")).ok_or(Refusal::Malformed("scopes"))?),
        };
        Ok(NewKey {
            name: self.name,
            description: self.description,
            scope,
            environment,
            expires_in_days: self.expires_in_days,
            prefix: mount.key_prefix.clone(),
        })
    }
}

/// The key that a path names. What is no id is the id of no key: who asks is judged before what is there.
pub fn id(text: &str) -> ApiKeyId {
    ApiKeyId::parse(text).unwrap_or_else(|| ApiKeyId::new(Timestamp::from_unix(0), [0; 10]))
}

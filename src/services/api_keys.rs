//! API keys: made once, shown once, found by digest, refused the moment they or their users are gone.

use super::{
    accounts::{Caller, Refusal},
    core::Core,
};
use crate::{
    domain::{
        api_key::{ApiKey, Environment},
        ids::ApiKeyId,
        secret::Secret,
        time::Seconds,
        user::User,
    },
    protocol::scope::Scope,
    store::StoreError,
};

/// What a key is to be.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: String,
    pub description: Option<String>,
    /// `None`: what its maker may do at this door.
    pub scope: Option<Scope>,
    pub environment: Environment,
    /// 1 to 3650; `None` never expires.
    pub expires_in_days: Option<i64>,
    /// `cdt`, `sk`, `pat`: what the key begins with.
    pub prefix: String,
}

/// A key that has just been made, with the only sight of it.
#[derive(Debug)]
pub struct Made {
    pub key: ApiKey,
    pub secret: Secret<String>,
}

pub async fn create(core: &Core, caller: Caller, new: NewKey) -> Result<Made, Refusal> {
    todo!()
}

/// Oldest first.
pub async fn list(core: &Core, caller: Caller) -> Result<Vec<ApiKey>, Refusal> {
    todo!()
}

pub async fn find(core: &Core, caller: Caller, id: ApiKeyId) -> Result<ApiKey, Refusal> {
    todo!()
}

/// Keeps id and scopes; the old key stays good for the grace (0 to 86400 s).
pub async fn rotate(core: &Core, caller: Caller, id: ApiKeyId, grace: Seconds) -> Result<Made, Refusal> {
    todo!()
}

pub async fn revoke(core: &Core, caller: Caller, id: ApiKeyId) -> Result<(), Refusal> {
    todo!()
}

/// The live key behind a bearer token and its active user, inside a crossing; its use is written down once a minute at most.
/// Noise costs no query: the checksum is looked at first.
pub fn holder(core: &Core, token: &str) -> Result<Option<(ApiKey, User)>, StoreError> {
    todo!()
}

/// Whether a text has the shape and the checksum of a key of ours.
pub fn looks_like_one(text: &str) -> bool {
    todo!()
}

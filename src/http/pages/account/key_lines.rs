//! One API key, and one scope of a new one, as the page shows them.

use super::super::when::When;
use crate::{
    domain::{
        administrator::role_may_give,
        api_key::{ApiKey, Environment},
        time::Timestamp,
        user::User,
    },
    protocol::params::Params,
    services::registry::Registered,
};

#[derive(Clone, Debug)]
pub struct KeyLine {
    pub id: String,
    pub name: String,
    pub prefix: String,
    pub environment: Environment,
    /// What it may, in words.
    pub permissions: Vec<String>,
    pub created: When,
    pub expires: Option<When>,
    pub used: Option<When>,
    /// How long the key before the last rotation is good, if it is.
    pub previous: Option<When>,
}

/// A line of the list from which a new key gets its scopes.
#[derive(Clone, Debug)]
pub struct ScopeChoice {
    pub name: String,
    pub words: String,
    pub chosen: bool,
}

pub(super) fn line(key: &ApiKey, registered: &Registered, now: Timestamp) -> KeyLine {
    KeyLine {
        id: key.id.as_str().to_owned(),
        name: key.name.clone(),
        prefix: key.prefix.clone(),
        environment: key.environment,
        permissions: key.scope.iter().map(|name| registered.description(name).to_owned()).collect(),
        created: When::day(key.created_at),
        expires: key.expires_at.map(When::day),
        used: key.last_used_at.map(|at| When::ago(at, now)),
        previous: key.previous.filter(|(_, until)| *until > now).map(|(_, until)| When::moment(until)),
    }
}

/// What this person may give.
pub(super) fn choices(registered: &Registered, user: &User, form: &Params) -> Vec<ScopeChoice> {
    let chosen = |name: &str| form.all("scope").any(|one| one == name);
    let choice =
        |name: &str, words: &str| ScopeChoice { name: name.to_owned(), words: words.to_owned(), chosen: chosen(name) };
    let own = registered.scopes.iter().filter(|scope| role_may_give(user.role, &scope.name));
    own.map(|scope| choice(&scope.name, &scope.description)).collect()
}

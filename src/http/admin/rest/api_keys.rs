//! `/api-keys`: what programs of users carry; the key itself is shown once.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::{
    Answer, added,
    call::Call,
    json::Sent,
    listing::{self, Listed},
    members::Person,
    nothing, ok,
    problem::{Problem, ProblemBody},
};
use crate::{
    domain::{api_key::Environment as Meant, time::Timestamp},
    protocol::scope::Scope,
    services::{
        admin::api_keys::{self, OwnedKey},
        api_keys::NewKey,
    },
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ApiKey {
    id: String,
    user: Person,
    name: String,
    description: Option<String>,
    /// What the key begins with
    key_prefix: String,
    /// What it was made for; it never has more than its user may give, unless an administrator made it
    scopes: Vec<String>,
    environment: Environment,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires_at: Option<String>,
    /// To the minute
    #[schema(format = DateTime)]
    last_used_at: Option<String>,
}

/// A key with the only sight of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct MadeApiKey {
    /// Kept as a digest: nobody can show it again
    key: String,
    api_key: ApiKey,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyToCreate {
    /// Whose it shall be: by id, e-mail address or username
    user: String,
    /// 1 to 100 characters on one line
    name: String,
    /// At most 500 characters on one line
    #[serde(default)]
    description: Option<String>,
    /// Registered scopes; without: openid, profile, email and every one that acts on nobody else
    #[serde(default)]
    scopes: Option<Vec<String>>,
    #[serde(default)]
    environment: Environment,
    /// 1 to 3650; without, it never expires
    #[serde(default)]
    expires_in_days: Option<i64>,
    /// What the key begins with: 2 to 12 of a-z
    #[serde(default)]
    prefix: Option<String>,
}

/// Whose data a key is meant for; products decide what it means
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Environment {
    #[default]
    Live,
    Test,
}

/// What the query of the list says.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query to the OpenAPI document")]
pub(super) struct KeysQuery {
    /// Only this user's: id, e-mail address or username
    user: Option<String>,
    /// Entries at most
    #[param(minimum = 1, maximum = 500, default = 50)]
    limit: Option<i64>,
    /// The `next` of the page before
    after: Option<String>,
    /// Only keys whose name contains this text
    q: Option<String>,
}

/// Everybody's keys, or one user's, the oldest first; with those that have expired and are not purged yet
#[utoipa::path(get, path = "/api-keys", tag = "API keys", security(("bearer" = ["admin:users:read"])),
    params(KeysQuery), responses(
    (status = 200, body = Listed<ApiKey>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn list(call: Call) -> Answer {
    let page = listing::page(&call.query)?;
    Ok(ok(Listed::<ApiKey>::of(&api_keys::list(&call.core, &call.admin, call.query.get("user"), page).await?)))
}

/// Make a key for a user: the only answer that shows it
#[utoipa::path(post, path = "/api-keys", tag = "API keys", security(("bearer" = ["admin:users"])),
    request_body = ApiKeyToCreate, responses(
    (status = 201, body = MadeApiKey, headers(("Location" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn create(Sent(call, body): Sent<ApiKeyToCreate>) -> Answer {
    let user = body.user.clone();
    let new = body.wish(&call)?;
    let made = api_keys::create(&call.core, &call.admin, &user, new).await?;
    let owned = api_keys::show(&call.core, &call.admin, made.key.id.as_str()).await?;
    let body = MadeApiKey { key: made.secret.reveal().clone(), api_key: ApiKey::from(&owned) };
    Ok(added(body, &call.at(&["api-keys", made.key.id.as_str()])))
}

/// One key, without the key itself
#[utoipa::path(get, path = "/api-keys/{id}", tag = "API keys", security(("bearer" = ["admin:users:read"])),
    params(("id" = String, Path)), responses(
    (status = 200, body = ApiKey),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn show(call: Call, id: Path<String>) -> Answer {
    Ok(ok(ApiKey::from(&api_keys::show(&call.core, &call.admin, &id).await?)))
}

/// Revoke a key: it is refused everywhere from now on
#[utoipa::path(delete, path = "/api-keys/{id}", tag = "API keys", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path)), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn revoke(call: Call, id: Path<String>) -> Answer {
    api_keys::revoke(&call.core, &call.admin, &id).await?;
    Ok(nothing())
}

impl ApiKeyToCreate {
    fn wish(self, call: &Call) -> Result<NewKey, Problem> {
        let parse = |names: Vec<String>| {
            let single = names.iter().all(|name| !name.is_empty() && !name.contains(' '));
            let parsed = Scope::parse(&names.join(" ")).filter(|_| single);
            parsed.ok_or_else(|| Problem::malformed("scopes must be names without spaces, each once (RFC 6749 §3.3)"))
        };
        Ok(NewKey {
            name: self.name,
            description: self.description,
            scope: self.scopes.map(parse).transpose()?,
            environment: match self.environment {
                Environment::Live => Meant::Live,
                Environment::Test => Meant::Test,
            },
            expires_in_days: self.expires_in_days,
            prefix: self.prefix.unwrap_or_else(|| call.core.settings.api_keys.prefix.clone()),
        })
    }
}

impl From<&OwnedKey> for ApiKey {
    fn from(OwnedKey { key, owner }: &OwnedKey) -> Self {
        Self {
            id: key.id.to_string(),
            user: Person::from(owner),
            name: key.name.clone(),
            description: key.description.clone(),
            key_prefix: key.prefix.clone(),
            scopes: key.scope.iter().map(str::to_owned).collect(),
            environment: match key.environment {
                Meant::Live => Environment::Live,
                Meant::Test => Environment::Test,
            },
            created_at: key.created_at.rfc3339(),
            expires_at: key.expires_at.map(Timestamp::rfc3339),
            last_used_at: key.last_used_at.map(Timestamp::rfc3339),
        }
    }
}

//! `/scopes`: the registry of scopes.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::{Answer, call::Call, created, current, json::Sent, listing::Listed, nothing, ok, problem::ProblemBody};
use crate::{
    domain::scope::RegisteredScope,
    services::admin::{
        edition::Current,
        scopes::{self, NewScope},
    },
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Scope {
    /// RFC 6749 §3.3
    name: String,
    /// What the consent page says of it
    description: String,
    /// The resource that it belongs to (RFC 8707); null fits every one
    resource: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeToCreate {
    name: String,
    description: String,
    #[serde(default)]
    resource: Option<String>,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ScopeChange {
    description: String,
}

/// The registered scopes, without OpenID's own
#[utoipa::path(get, path = "/scopes", tag = "Scopes", security(("bearer" = ["admin:clients:read"])), responses(
    (status = 200, body = Listed<Scope>)
))]
pub(super) async fn list(call: Call) -> Answer {
    Ok(ok(Listed::<Scope>::whole(&scopes::list(&call.core, &call.admin).await?)))
}

/// Register a scope
#[utoipa::path(post, path = "/scopes", tag = "Scopes", security(("bearer" = ["admin:clients"])),
    request_body = ScopeToCreate, responses(
    (status = 201, body = Scope, headers(("ETag" = String), ("Location" = String))),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn create(Sent(call, body): Sent<ScopeToCreate>) -> Answer {
    let new = NewScope { name: body.name, description: body.description, resource: body.resource };
    let Current { shown, edition } = scopes::create(&call.core, &call.admin, new).await?;
    Ok(created(Scope::from(&shown), &edition, &call.at(&["scopes", &shown.name])))
}

/// One scope
#[utoipa::path(get, path = "/scopes/{name}", tag = "Scopes", security(("bearer" = ["admin:clients:read"])),
    params(("name" = String, Path, description = "The scope")), responses(
    (status = 200, body = Scope, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn show(call: Call, name: Path<String>) -> Answer {
    let Current { shown, edition } = scopes::show(&call.core, &call.admin, &name).await?;
    Ok(current(Scope::from(&shown), &edition))
}

/// Change what the consent page says of a scope
#[utoipa::path(patch, path = "/scopes/{name}", tag = "Scopes", security(("bearer" = ["admin:clients"])),
    params(("name" = String, Path, description = "The scope"), ("If-Match" = Option<String>, Header)),
    request_body = ScopeChange, responses(
    (status = 200, body = Scope, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn update(name: Path<String>, Sent(call, body): Sent<ScopeChange>) -> Answer {
    let changed = scopes::update(&call.core, &call.admin, &name, call.expected, &body.description).await?;
    Ok(current(Scope::from(&changed.shown), &changed.edition))
}

/// Take a scope out of the registry: nobody can ask for it any more. Clients keep the word; it is good again when a scope
/// of this name is registered again
#[utoipa::path(delete, path = "/scopes/{name}", tag = "Scopes", security(("bearer" = ["admin:clients"])),
    params(("name" = String, Path, description = "The scope"), ("If-Match" = Option<String>, Header)), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn delete(call: Call, name: Path<String>) -> Answer {
    scopes::delete(&call.core, &call.admin, &name, call.expected).await?;
    Ok(nothing())
}

impl From<&RegisteredScope> for Scope {
    fn from(scope: &RegisteredScope) -> Self {
        Self {
            name: scope.name.clone(),
            description: scope.description.clone(),
            resource: scope.resource.clone(),
            created_at: scope.created_at.rfc3339(),
        }
    }
}

//! `/resources`: the registry of protected resources. RFC 8707.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::{Answer, call::Call, created, current, json::Sent, listing::Listed, nothing, ok, problem::ProblemBody};
use crate::{
    domain,
    services::admin::{edition::Current, resources},
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Resource {
    /// An absolute URI: the audience of tokens that are meant for it
    identifier: String,
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceToCreate {
    identifier: String,
    name: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceChange {
    name: String,
}

/// The registered resources
#[utoipa::path(get, path = "/resources", tag = "Resources", security(("bearer" = ["admin:clients:read"])), responses(
    (status = 200, body = Listed<Resource>)
))]
pub(super) async fn list(call: Call) -> Answer {
    Ok(ok(Listed::<Resource>::whole(&resources::list(&call.core, &call.admin).await?)))
}

/// Register a resource
#[utoipa::path(post, path = "/resources", tag = "Resources", security(("bearer" = ["admin:clients"])),
    request_body = ResourceToCreate, responses(
    (status = 201, body = Resource, headers(("ETag" = String), ("Location" = String))),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn create(Sent(call, body): Sent<ResourceToCreate>) -> Answer {
    let made = resources::create(&call.core, &call.admin, &body.identifier, &body.name).await?;
    let Current { shown, edition } = made;
    Ok(created(Resource::from(&shown), &edition, &call.at(&["resources", &shown.identifier])))
}

/// One resource
#[utoipa::path(get, path = "/resources/{identifier}", tag = "Resources", security(("bearer" = ["admin:clients:read"])),
    params(("identifier" = String, Path, description = "The identifier, percent-encoded")), responses(
    (status = 200, body = Resource, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn show(call: Call, identifier: Path<String>) -> Answer {
    let Current { shown, edition } = resources::show(&call.core, &call.admin, &identifier).await?;
    Ok(current(Resource::from(&shown), &edition))
}

/// Change a resource's name
#[utoipa::path(patch, path = "/resources/{identifier}", tag = "Resources", security(("bearer" = ["admin:clients"])),
    params(("identifier" = String, Path, description = "The identifier, percent-encoded"), ("If-Match" = Option<String>, Header)),
    request_body = ResourceChange, responses(
    (status = 200, body = Resource, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn update(identifier: Path<String>, Sent(call, body): Sent<ResourceChange>) -> Answer {
    let changed = resources::update(&call.core, &call.admin, &identifier, call.expected, &body.name).await?;
    Ok(current(Resource::from(&changed.shown), &changed.edition))
}

/// Take a resource out of the registry; its scopes have to go first
#[utoipa::path(delete, path = "/resources/{identifier}", tag = "Resources", security(("bearer" = ["admin:clients"])),
    params(("identifier" = String, Path, description = "The identifier, percent-encoded"), ("If-Match" = Option<String>, Header)),
    responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn delete(call: Call, identifier: Path<String>) -> Answer {
    resources::delete(&call.core, &call.admin, &identifier, call.expected).await?;
    Ok(nothing())
}

impl From<&domain::scope::Resource> for Resource {
    fn from(resource: &domain::scope::Resource) -> Self {
        Self {
            identifier: resource.identifier.clone(),
            name: resource.name.clone(),
            created_at: resource.created_at.rfc3339(),
        }
    }
}

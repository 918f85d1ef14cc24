//! `/groups`: named sets of users, of the whole deployment.

use actix_web::web::Path;
use serde::{Deserialize, Serialize};

use super::{
    Answer, added,
    call::Call,
    created, current,
    json::Sent,
    listing::{self, ListQuery, Listed},
    members::{MembersQuery, Person},
    nothing, ok,
    problem::ProblemBody,
};
use crate::{
    domain,
    services::admin::{
        edition::Current,
        groups::{self, Member, ShownGroup},
    },
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Group {
    id: String,
    /// Unique; the claim `groups` and its like say it
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// A group with what stands in other places.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct WholeGroup {
    id: String,
    /// Unique; the claim `groups` and its like say it
    name: String,
    /// How many are in it
    members: i64,
    /// The directory that puts its people in, and takes them out; null: only administrators do
    directory: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupToCreate {
    name: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupChange {
    name: String,
}

/// Somebody who is in a group.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct GroupMember {
    user: Person,
    #[schema(format = DateTime)]
    since: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupMemberToAdd {
    /// By id, e-mail address or username
    user: String,
}

/// The groups, the oldest first
#[utoipa::path(get, path = "/groups", tag = "Groups", security(("bearer" = ["admin:users:read"])),
    params(ListQuery), responses((status = 200, body = Listed<Group>))
)]
pub(super) async fn list(call: Call) -> Answer {
    let page = listing::page(&call.query)?;
    Ok(ok(Listed::<Group>::of(&groups::list(&call.core, &call.admin, page).await?)))
}

/// Make a group
#[utoipa::path(post, path = "/groups", tag = "Groups", security(("bearer" = ["admin:users"])),
    request_body = GroupToCreate, responses(
    (status = 201, body = WholeGroup, headers(("ETag" = String), ("Location" = String))),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn create(Sent(call, body): Sent<GroupToCreate>) -> Answer {
    let Current { shown, edition } = groups::create(&call.core, &call.admin, &body.name).await?;
    Ok(created(WholeGroup::from(&shown), &edition, &call.at(&["groups", shown.group.id.as_str()])))
}

/// One group
#[utoipa::path(get, path = "/groups/{id}", tag = "Groups", security(("bearer" = ["admin:users:read"])),
    params(("id" = String, Path)), responses(
    (status = 200, body = WholeGroup, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn show(call: Call, id: Path<String>) -> Answer {
    let Current { shown, edition } = groups::show(&call.core, &call.admin, &id).await?;
    Ok(current(WholeGroup::from(&shown), &edition))
}

/// Change a group's name
#[utoipa::path(patch, path = "/groups/{id}", tag = "Groups", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    request_body = GroupChange, responses(
    (status = 200, body = WholeGroup, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn update(id: Path<String>, Sent(call, body): Sent<GroupChange>) -> Answer {
    let changed = groups::rename(&call.core, &call.admin, &id, call.expected, &body.name).await?;
    Ok(current(WholeGroup::from(&changed.shown), &changed.edition))
}

/// Delete a group; its members stay, and are in it no longer
#[utoipa::path(delete, path = "/groups/{id}", tag = "Groups", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn delete(call: Call, id: Path<String>) -> Answer {
    groups::delete(&call.core, &call.admin, &id, call.expected).await?;
    Ok(nothing())
}

/// Who is in a group
#[utoipa::path(get, path = "/groups/{id}/members", tag = "Groups", security(("bearer" = ["admin:users:read"])),
    params(("id" = String, Path), MembersQuery), responses(
    (status = 200, body = Listed<GroupMember>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn list_members(call: Call, id: Path<String>) -> Answer {
    let page = listing::page(&call.query)?;
    Ok(ok(Listed::<GroupMember>::of(&groups::list_members(&call.core, &call.admin, &id, page).await?)))
}

/// Put a user into a group
#[utoipa::path(post, path = "/groups/{id}/members", tag = "Groups", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path)), request_body = GroupMemberToAdd, responses(
    (status = 201, body = GroupMember, headers(("Location" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn add(id: Path<String>, Sent(call, body): Sent<GroupMemberToAdd>) -> Answer {
    let member = groups::add(&call.core, &call.admin, &id, &body.user).await?;
    let at = call.at(&["groups", &id, "members", member.user.id.as_str()]);
    Ok(added(GroupMember::from(&member), &at))
}

/// Take a user out of a group
#[utoipa::path(delete, path = "/groups/{id}/members/{user}", tag = "Groups", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path), ("user" = String, Path, description = "By id, e-mail address or username")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn remove(call: Call, path: Path<(String, String)>) -> Answer {
    let (id, user) = path.into_inner();
    groups::remove(&call.core, &call.admin, &id, &user).await?;
    Ok(nothing())
}

impl From<&domain::organisation::Group> for Group {
    fn from(group: &domain::organisation::Group) -> Self {
        Self { id: group.id.to_string(), name: group.name.clone(), created_at: group.created_at.rfc3339() }
    }
}

impl From<&ShownGroup> for WholeGroup {
    fn from(shown: &ShownGroup) -> Self {
        let Group { id, name, created_at } = Group::from(&shown.group);
        Self { id, name, members: shown.members, directory: shown.directory.clone(), created_at }
    }
}

impl From<&Member> for GroupMember {
    fn from(member: &Member) -> Self {
        Self { user: Person::from(&member.user), since: member.since.rfc3339() }
    }
}

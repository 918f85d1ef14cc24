//! `/organisations`: who belongs where, and as what.

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
    domain::{self, organisation::OrganisationRole},
    services::admin::{
        edition::Current,
        organisations::{self, Keeper, Member, ShownOrganisation},
    },
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Organisation {
    id: String,
    /// Not unique
    name: String,
    #[schema(format = DateTime)]
    created_at: String,
}

/// An organisation with what stands in other places.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct WholeOrganisation {
    id: String,
    /// Not unique
    name: String,
    /// How many belong to it
    members: i64,
    /// The directory that says who belongs to it; null: administrators do
    directory: Option<String>,
    /// Whether new users join it
    takes_newcomers: bool,
    #[schema(format = DateTime)]
    created_at: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationToCreate {
    name: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationChange {
    name: String,
}

/// Somebody who belongs to an organisation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct OrganisationMember {
    user: Person,
    role: Role,
    #[schema(format = DateTime)]
    since: String,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationMemberToAdd {
    /// By id, e-mail address or username
    user: String,
    #[serde(default)]
    role: Role,
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganisationMemberChange {
    role: Role,
}

/// What a member is in an organisation; it gives no right at this server
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = OrganisationRole)]
pub(super) enum Role {
    #[default]
    Member,
    Admin,
}

/// The organisations, the oldest first
#[utoipa::path(get, path = "/organisations", tag = "Organisations", security(("bearer" = ["admin:users:read"])),
    params(ListQuery), responses((status = 200, body = Listed<Organisation>))
)]
pub(super) async fn list(call: Call) -> Answer {
    let page = listing::page(&call.query)?;
    Ok(ok(Listed::<Organisation>::of(&organisations::list(&call.core, &call.admin, page).await?)))
}

/// Make an organisation
#[utoipa::path(post, path = "/organisations", tag = "Organisations", security(("bearer" = ["admin:users"])),
    request_body = OrganisationToCreate, responses(
    (status = 201, body = WholeOrganisation, headers(("ETag" = String), ("Location" = String)))
))]
pub(super) async fn create(Sent(call, body): Sent<OrganisationToCreate>) -> Answer {
    let Current { shown, edition } = organisations::create(&call.core, &call.admin, &body.name).await?;
    let at = call.at(&["organisations", shown.organisation.id.as_str()]);
    Ok(created(WholeOrganisation::from(&shown), &edition, &at))
}

/// One organisation
#[utoipa::path(get, path = "/organisations/{id}", tag = "Organisations", security(("bearer" = ["admin:users:read"])),
    params(("id" = String, Path)), responses(
    (status = 200, body = WholeOrganisation, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn show(call: Call, id: Path<String>) -> Answer {
    let Current { shown, edition } = organisations::show(&call.core, &call.admin, &id).await?;
    Ok(current(WholeOrganisation::from(&shown), &edition))
}

/// Change an organisation's name
#[utoipa::path(patch, path = "/organisations/{id}", tag = "Organisations", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)),
    request_body = OrganisationChange, responses(
    (status = 200, body = WholeOrganisation, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn update(id: Path<String>, Sent(call, body): Sent<OrganisationChange>) -> Answer {
    let changed = organisations::rename(&call.core, &call.admin, &id, call.expected, &body.name).await?;
    Ok(current(WholeOrganisation::from(&changed.shown), &changed.edition))
}

/// Delete an organisation; its members stay, and belong to it no longer
#[utoipa::path(delete, path = "/organisations/{id}", tag = "Organisations", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn delete(call: Call, id: Path<String>) -> Answer {
    organisations::delete(&call.core, &call.admin, &id, call.expected).await?;
    Ok(nothing())
}

/// Who belongs to an organisation
#[utoipa::path(get, path = "/organisations/{id}/members", tag = "Organisations",
    security(("bearer" = ["admin:users:read"])), params(("id" = String, Path), MembersQuery), responses(
    (status = 200, body = Listed<OrganisationMember>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn list_members(call: Call, id: Path<String>) -> Answer {
    let page = listing::page(&call.query)?;
    let members = organisations::list_members(&call.core, &call.admin, &id, page).await?;
    Ok(ok(Listed::<OrganisationMember>::of(&members)))
}

/// Add a member
#[utoipa::path(post, path = "/organisations/{id}/members", tag = "Organisations",
    security(("bearer" = ["admin:users"])), params(("id" = String, Path)),
    request_body = OrganisationMemberToAdd, responses(
    (status = 201, body = OrganisationMember, headers(("Location" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn add(id: Path<String>, Sent(call, body): Sent<OrganisationMemberToAdd>) -> Answer {
    let member = organisations::add(&call.core, &call.admin, &id, &body.user, body.role.into()).await?;
    let at = call.at(&["organisations", &id, "members", member.user.id.as_str()]);
    Ok(added(OrganisationMember::from(&member), &at))
}

/// Change what a member is in the organisation
#[utoipa::path(put, path = "/organisations/{id}/members/{user}", tag = "Organisations",
    security(("bearer" = ["admin:users"])),
    params(("id" = String, Path), ("user" = String, Path, description = "By id, e-mail address or username")),
    request_body = OrganisationMemberChange, responses(
    (status = 200, body = OrganisationMember),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn change_role(
    path: Path<(String, String)>,
    Sent(call, body): Sent<OrganisationMemberChange>,
) -> Answer {
    let (id, user) = path.into_inner();
    let member = organisations::change_role(&call.core, &call.admin, &id, &user, body.role.into()).await?;
    Ok(ok(OrganisationMember::from(&member)))
}

/// End a membership
#[utoipa::path(delete, path = "/organisations/{id}/members/{user}", tag = "Organisations",
    security(("bearer" = ["admin:users"])),
    params(("id" = String, Path), ("user" = String, Path, description = "By id, e-mail address or username")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn remove(call: Call, path: Path<(String, String)>) -> Answer {
    let (id, user) = path.into_inner();
    organisations::remove(&call.core, &call.admin, &id, &user).await?;
    Ok(nothing())
}

impl From<&domain::organisation::Organisation> for Organisation {
    fn from(organisation: &domain::organisation::Organisation) -> Self {
        Self {
            id: organisation.id.to_string(),
            name: organisation.name.clone(),
            created_at: organisation.created_at.rfc3339(),
        }
    }
}

impl From<&ShownOrganisation> for WholeOrganisation {
    fn from(shown: &ShownOrganisation) -> Self {
        let directory = match &shown.keeper {
            Some(Keeper::Directory(name)) => Some(name.clone()),
            Some(Keeper::Newcomers) | None => None,
        };
        let Organisation { id, name, created_at } = Organisation::from(&shown.organisation);
        let takes_newcomers = shown.keeper == Some(Keeper::Newcomers);
        Self { id, name, members: shown.members, directory, takes_newcomers, created_at }
    }
}

impl From<&Member> for OrganisationMember {
    fn from(member: &Member) -> Self {
        let role = match member.role {
            OrganisationRole::Member => Role::Member,
            OrganisationRole::Admin => Role::Admin,
        };
        Self { user: Person::from(&member.user), role, since: member.since.rfc3339() }
    }
}

impl From<Role> for OrganisationRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Member => Self::Member,
            Role::Admin => Self::Admin,
        }
    }
}

//! `/users`: people, whether they may come in, and how they get in again.

use actix_web::{HttpResponse, web::Path};

use super::{
    Answer,
    call::Call,
    created, current,
    json::Sent,
    listing::{self, ListQuery, Listed},
    nothing, ok,
    problem::{Problem, ProblemBody},
    user_change::{UserChange, UserToCreate},
    user_shapes::{Summary, User},
};
use crate::{
    domain::{
        secret::Secret,
        user::{Role, UserStatus},
    },
    services::admin::{
        AdminError,
        edition::{Current, Expected},
        users::{self, Sought, change},
    },
};

/// Which people a list shows.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query to the OpenAPI document")]
pub(super) struct PeopleQuery {
    /// `active`, `suspended` or `disabled`
    status: Option<String>,
    /// `member`, `admin`, `auditor` or `client_manager`
    role: Option<String>,
}

#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    #[schema(format = Password)]
    password: String,
}

/// People, the oldest account first
#[utoipa::path(get, path = "/users", tag = "Users", security(("bearer" = ["admin:users:read"])),
    params(ListQuery, PeopleQuery), responses((status = 200, body = Listed<Summary>)))]
pub(super) async fn list(call: Call) -> Answer {
    let sought = Sought {
        page: listing::page(&call.query)?,
        status: one_of("status", call.query.get("status"), UserStatus::parse)?,
        role: one_of("role", call.query.get("role"), Role::parse)?,
    };
    Ok(ok(Listed::<Summary>::of(&users::list(&call.core, &call.admin, sought).await?)))
}

/// Make an account: with a password, or with an invitation by mail
#[utoipa::path(post, path = "/users", tag = "Users", security(("bearer" = ["admin:users"])),
    request_body = UserToCreate, responses(
    (status = 201, body = User, headers(("ETag" = String), ("Location" = String))),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn create(Sent(call, body): Sent<UserToCreate>) -> Answer {
    let made = body.make(&call).await?;
    let Current { shown, edition } = users::show_whole(&call.core, &call.admin, made.id.as_str()).await?;
    Ok(created(User::from(&shown), &edition, &call.at(&["users", made.id.as_str()])))
}

/// One user
#[utoipa::path(get, path = "/users/{id}", tag = "Users", security(("bearer" = ["admin:users:read"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")), responses(
    (status = 200, body = User, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn show(call: Call, id: Path<String>) -> Answer {
    Ok(answer(&users::show_whole(&call.core, &call.admin, &id).await?))
}

/// Change what is named; the rest stays
#[utoipa::path(patch, path = "/users/{id}", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username"),
        ("If-Match" = Option<String>, Header)),
    request_body = UserChange, responses(
    (status = 200, body = User, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 409, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn update(id: Path<String>, Sent(call, body): Sent<UserChange>) -> Answer {
    Ok(answer(&change::update(&call.core, &call.admin, &id, call.expected, body.changes()?).await?))
}

/// Delete an account, with sessions, consents, keys and grants
#[utoipa::path(delete, path = "/users/{id}", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username"),
        ("If-Match" = Option<String>, Header)), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn delete(call: Call, id: Path<String>) -> Answer {
    users::delete(&call.core, &call.admin, &id, call.expected).await?;
    Ok(nothing())
}

/// Keep a user out for a while: sessions and tokens end at once
#[utoipa::path(post, path = "/users/{id}/suspend", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username"),
        ("If-Match" = Option<String>, Header)), responses(
    (status = 200, body = User, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn suspend(call: Call, id: Path<String>) -> Answer {
    becomes(&call, &id, UserStatus::Suspended).await
}

/// Let a user in again, who signs in anew
#[utoipa::path(post, path = "/users/{id}/activate", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username"),
        ("If-Match" = Option<String>, Header)), responses(
    (status = 200, body = User, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn activate(call: Call, id: Path<String>) -> Answer {
    becomes(&call, &id, UserStatus::Active).await
}

/// Keep a user out for good; the account is kept
#[utoipa::path(post, path = "/users/{id}/disable", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username"),
        ("If-Match" = Option<String>, Header)), responses(
    (status = 200, body = User, headers(("ETag" = String))),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 412, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn disable(call: Call, id: Path<String>) -> Answer {
    becomes(&call, &id, UserStatus::Disabled).await
}

async fn becomes(call: &Call, id: &str, status: UserStatus) -> Answer {
    let changes = change::UserChanges { status: Some(status), ..change::UserChanges::default() };
    let expected: Expected = call.expected.clone();
    Ok(answer(&change::update(&call.core, &call.admin, id, expected, changes).await?))
}

/// Set a password: every session ends, and the user is told by mail
#[utoipa::path(put, path = "/users/{id}/password", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")),
    request_body = NewPassword, responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn set_password(id: Path<String>, Sent(call, body): Sent<NewPassword>) -> Answer {
    users::set_password(&call.core, &call.admin, &id, Secret::new(body.password)).await?;
    Ok(nothing())
}

/// Mail the user a link by which they choose a new password
#[utoipa::path(post, path = "/users/{id}/password-reset", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn send_reset(call: Call, id: Path<String>) -> Answer {
    users::send_reset(&call.core, &call.admin, &id).await?;
    Ok(nothing())
}

/// Mail the link of the invitation again; the one before is dead
#[utoipa::path(post, path = "/users/{id}/invitation", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    (status = 422, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn invite_again(call: Call, id: Path<String>) -> Answer {
    users::invite_again(&call.core, &call.admin, &id).await?;
    Ok(nothing())
}

/// Take the second factor away, from somebody who has lost it
#[utoipa::path(delete, path = "/users/{id}/second-factor", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn reset_second_factor(call: Call, id: Path<String>) -> Answer {
    users::reset_second_factor(&call.core, &call.admin, &id).await?;
    Ok(nothing())
}

fn answer(person: &Current<crate::services::accounts::Person>) -> HttpResponse {
    current(User::from(&person.shown), &person.edition)
}

pub(super) fn one_of<T>(
    what: &'static str,
    text: Option<&str>,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let unknown = || AdminError::Unfit { what, reason: "is none that there is".to_owned() };
    Ok(match text.filter(|text| !text.is_empty()) {
        Some(text) => Some(parse(text).ok_or_else(unknown)?),
        None => None,
    })
}

//! `/users/{id}/sessions` and `/users/{id}/consents`: where people are signed in, and what they let applications do.

use actix_web::web::Path;

use super::{
    Answer,
    call::Call,
    listing::Listed,
    nothing, ok,
    problem::ProblemBody,
    user_shapes::{Consent, Session},
};
use crate::services::admin::users;

/// Where a user is signed in, the newest first
#[utoipa::path(get, path = "/users/{id}/sessions", tag = "Users", security(("bearer" = ["admin:users:read"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")), responses(
    (status = 200, body = Listed<Session>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn sessions(call: Call, id: Path<String>) -> Answer {
    Ok(ok(Listed::<Session>::whole(&users::sessions(&call.core, &call.admin, &id).await?)))
}

/// Sign a user out everywhere, at applications, too
#[utoipa::path(delete, path = "/users/{id}/sessions", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn end_sessions(call: Call, id: Path<String>) -> Answer {
    users::end_sessions(&call.core, &call.admin, &id).await?;
    Ok(nothing())
}

/// End one session
#[utoipa::path(delete, path = "/users/{id}/sessions/{sid}", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username"),
        ("sid" = String, Path, description = "The session's id")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn end_session(call: Call, path: Path<(String, String)>) -> Answer {
    let (id, session) = path.into_inner();
    users::end_session(&call.core, &call.admin, &id, &session).await?;
    Ok(nothing())
}

/// What a user lets applications do, the newest first
#[utoipa::path(get, path = "/users/{id}/consents", tag = "Users", security(("bearer" = ["admin:users:read"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")), responses(
    (status = 200, body = Listed<Consent>),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn consents(call: Call, id: Path<String>) -> Answer {
    Ok(ok(Listed::<Consent>::whole(&users::consents(&call.core, &call.admin, &id).await?)))
}

/// Withdraw every consent, and what rests on them
#[utoipa::path(delete, path = "/users/{id}/consents", tag = "Users", security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn withdraw_all(call: Call, id: Path<String>) -> Answer {
    users::withdraw_all(&call.core, &call.admin, &id).await?;
    Ok(nothing())
}

/// Withdraw the consent for one application, and what rests on it
#[utoipa::path(delete, path = "/users/{id}/consents/{client_id}", tag = "Users",
    security(("bearer" = ["admin:users"])),
    params(("id" = String, Path, description = "Id, e-mail address or username"),
        ("client_id" = String, Path, description = "The application")), responses(
    (status = 204),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn withdraw(call: Call, path: Path<(String, String)>) -> Answer {
    let (id, client) = path.into_inner();
    users::withdraw(&call.core, &call.admin, &id, &client).await?;
    Ok(nothing())
}

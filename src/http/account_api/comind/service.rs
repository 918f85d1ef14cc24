//! What services may do with accounts: a `client_credentials` token or an API key with the scope `admin:users`.

use actix_web::{HttpResponse, web::Path};

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{SetPassword, Told},
};
use crate::{
    domain::{ids::UserId, secret::Secret, time::Timestamp},
    http::account_api::{call::Call, json::Json, ok},
    services::accounts::{self, Refusal, Whom},
};

/// Set a user's password; every session ends
#[utoipa::path(post, path = "/auth/admin/set-password", tag = "service", security(("bearer" = [])), request_body = SetPassword, responses(
    (status = 200, body = Told),
    (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)
))]
pub(super) async fn set_password(call: Call, Json(body): Json<SetPassword>) -> Answer {
    let whom = match (body.user_id, body.email) {
        (Some(id), None) => Whom::Id(user_id(&id)),
        (None, Some(email)) => Whom::Email(email),
        (Some(_), Some(_)) | (None, None) => return Err(Refusal::Malformed("user_id").into()),
    };
    accounts::set_password(&call.core, call.caller, whom, Secret::new(body.new_password)).await?;
    Ok(ok(Told::new("Password set")))
}

/// Delete a user with everything that is theirs
#[utoipa::path(delete, path = "/auth/users/{id}", tag = "service", security(("bearer" = [])),
    params(("id" = String, Path, description = "The user's id")), responses(
    (status = 204),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 404, body = ErrorBody)
))]
pub(super) async fn delete_user(call: Call, id: Path<String>) -> Answer {
    accounts::delete_user(&call.core, call.caller, Whom::Id(user_id(&id))).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What is no id is the id of nobody: who asks is judged before whom they mean.
fn user_id(text: &str) -> UserId {
    UserId::parse(text).unwrap_or_else(|| UserId::new(Timestamp::from_unix(0), [0; 10]))
}

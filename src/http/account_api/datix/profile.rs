//! The person who is signed in, and their password.

use super::{
    Answer,
    errors::{ErrorBody, own_words},
    shapes::{ChangePassword, Done, Me, Update},
};
use crate::{
    domain::secret::Secret,
    http::account_api::{call::Call, json::Json, ok},
    services::accounts::{self, Changes},
};

/// The current user
#[utoipa::path(get, path = "/auth/me", tag = "user", security(("bearer" = [])), responses(
    (status = 200, body = Me),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn me(call: Call) -> Answer {
    Ok(ok(Me::from(&accounts::me(&call.core, call.caller).await?)))
}

/// Change the profile; what is not named stays
#[utoipa::path(patch, path = "/auth/me", tag = "user", security(("bearer" = [])), request_body = Update, responses(
    (status = 200, body = Me),
    (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody, description = "An API key changes nothing"),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn update(call: Call, Json(body): Json<Update>) -> Answer {
    let changes = Changes { name: body.full_name, email: body.email, ..Changes::default() };
    Ok(ok(Me::from(&accounts::update(&call.core, call.caller, changes).await.map_err(own_words)?)))
}

/// Change the password; every other session ends
#[utoipa::path(post, path = "/auth/change-password", tag = "user", security(("bearer" = [])), request_body = ChangePassword, responses(
    (status = 200, body = Done),
    (status = 400, body = ErrorBody, description = "A weak password"),
    (status = 401, body = ErrorBody, description = "No token, or a wrong password")
))]
pub(super) async fn change_password(call: Call, Json(body): Json<ChangePassword>) -> Answer {
    let (current, new) = (Secret::new(body.current_password), Secret::new(body.new_password));
    accounts::change_password(&call.core, call.caller, current, new).await?;
    Ok(ok(Done::new("Password changed successfully")))
}

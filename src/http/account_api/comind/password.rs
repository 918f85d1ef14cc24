//! Changing and resetting a password.

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{ChangePassword, RequestReset, Reset, Told},
};
use crate::{
    domain::secret::Secret,
    http::account_api::{call::Call, json::Json, ok},
    services::accounts,
};

/// Change the password; every other session ends
#[utoipa::path(post, path = "/auth/change-password", tag = "password", security(("bearer" = [])), request_body = ChangePassword, responses(
    (status = 200, body = Told),
    (status = 400, body = ErrorBody, description = "A weak password"),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn change(call: Call, Json(body): Json<ChangePassword>) -> Answer {
    let (current, new) = (Secret::new(body.current_password), Secret::new(body.new_password));
    accounts::change_password(&call.core, call.caller, current, new).await?;
    Ok(ok(Told::new("Password changed")))
}

/// Ask for a reset link; the answer is the same for every address
#[utoipa::path(post, path = "/auth/password-reset-request", tag = "password", request_body = RequestReset, responses(
    (status = 200, body = Told),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn request_reset(call: Call, Json(body): Json<RequestReset>) -> Answer {
    accounts::request_reset(&call.core, body.email, call.visitor()).await?;
    Ok(ok(Told::new("If the address has an account, a reset link is on its way")))
}

/// Set a new password with the token of the link; every session ends
#[utoipa::path(post, path = "/auth/password-reset", tag = "password", request_body = Reset, responses(
    (status = 200, body = Told),
    (status = 400, body = ErrorBody, description = "A wrong or dead token, or a weak password"),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn reset(call: Call, Json(body): Json<Reset>) -> Answer {
    let (token, new) = (Secret::new(body.token), Secret::new(body.new_password));
    accounts::reset_password(&call.core, token, new, call.visitor()).await?;
    Ok(ok(Told::new("Password reset")))
}

//! Setting the second factor up, and taking it away.

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{Confirm, Disable, Done, Enabled},
};
use crate::{
    domain::secret::Secret,
    http::account_api::{call::Call, json::Json, ok},
    services::factors,
};

/// Begin setting up a second factor; it counts after `confirm-2fa`
#[utoipa::path(post, path = "/auth/enable-2fa", tag = "second factor", security(("bearer" = [])), responses(
    (status = 200, body = Enabled),
    (status = 401, body = ErrorBody),
    (status = 409, body = ErrorBody, description = "It is on already")
))]
pub(super) async fn enable(call: Call) -> Answer {
    Ok(ok(Enabled::from(&factors::enable(&call.core, call.caller).await?)))
}

/// Turn the second factor on with a first code
#[utoipa::path(post, path = "/auth/confirm-2fa", tag = "second factor", security(("bearer" = [])), request_body = Confirm, responses(
    (status = 200, body = Done),
    (status = 401, body = ErrorBody, description = "No token, or a wrong code")
))]
pub(super) async fn confirm(call: Call, Json(body): Json<Confirm>) -> Answer {
    factors::confirm(&call.core, call.caller, Secret::new(body.code)).await?;
    Ok(ok(Done::new("Two-factor authentication enabled")))
}

/// Take the second factor away
#[utoipa::path(post, path = "/auth/disable-2fa", tag = "second factor", security(("bearer" = [])), request_body = Disable, responses(
    (status = 200, body = Done),
    (status = 401, body = ErrorBody, description = "No token, a wrong password, or a wrong code")
))]
pub(super) async fn disable(call: Call, Json(body): Json<Disable>) -> Answer {
    let (password, code) = (Secret::new(body.password), Secret::new(body.code));
    factors::disable(&call.core, call.caller, password, code).await?;
    Ok(ok(Done::new("Two-factor authentication disabled")))
}

//! API keys of the person who is signed in.

use actix_web::web::Path;

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{CreatedKey, Done, Keys, NewKey},
};
use crate::{
    http::account_api::{call::Call, created, json::Json, keys, ok},
    services::api_keys,
};

/// Generate an API key; it is shown this once
#[utoipa::path(post, path = "/auth/api-keys", tag = "API keys", security(("bearer" = [])), request_body = NewKey, responses(
    (status = 201, body = CreatedKey),
    (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody, description = "A key makes no keys, and has no scope that its maker has not")
))]
pub(super) async fn create(call: Call, Json(body): Json<NewKey>) -> Answer {
    let wanted = keys::Wanted {
        name: body.name,
        description: body.description,
        scopes: body.scopes,
        environment: body.environment,
        expires_in_days: body.expires_in_days,
    };
    let new = wanted.into_new(&call.mount)?;
    Ok(created(CreatedKey::from(&api_keys::create(&call.core, call.caller, new).await?)))
}

/// List the API keys
#[utoipa::path(get, path = "/auth/api-keys", tag = "API keys", security(("bearer" = [])), responses(
    (status = 200, body = Keys),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn list(call: Call) -> Answer {
    Ok(ok(Keys::from(api_keys::list(&call.core, call.caller).await?.as_slice())))
}

/// Revoke an API key
#[utoipa::path(delete, path = "/auth/api-keys/{id}", tag = "API keys", security(("bearer" = [])),
    params(("id" = String, Path, description = "The key's id")), responses(
    (status = 200, body = Done),
    (status = 401, body = ErrorBody),
    (status = 404, body = ErrorBody)
))]
pub(super) async fn revoke(call: Call, id: Path<String>) -> Answer {
    api_keys::revoke(&call.core, call.caller, keys::id(&id)).await?;
    Ok(ok(Done::new("API key revoked")))
}

//! API keys of the person who is signed in.

use actix_web::{HttpResponse, web::Path};

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{CreatedKey, ListedKey, NewKey},
};
use crate::{
    http::account_api::{call::Call, created, json::OrNothing, keys, ok},
    services::api_keys,
};

/// What a key is called whose maker did not say.
const UNNAMED: &str = "API key";

/// Creates a new API key
#[utoipa::path(post, path = "/auth/keys", security(("bearer" = [])), request_body = Option<NewKey>, responses(
    (status = 201, body = CreatedKey),
    (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)
))]
pub(super) async fn create(call: Call, OrNothing(body): OrNothing<NewKey>) -> Answer {
    let body = body.unwrap_or_default();
    let wanted = keys::Wanted {
        name: body.name.unwrap_or_else(|| UNNAMED.to_owned()),
        description: body.description,
        scopes: body.scopes,
        environment: body.environment,
        expires_in_days: body.expires_in_days,
    };
    let new = wanted.into_new(&call.mount)?;
    Ok(created(CreatedKey::from(&api_keys::create(&call.core, call.caller, new).await?)))
}

/// Lists all API keys of the user
#[utoipa::path(get, path = "/auth/keys", security(("bearer" = [])), responses(
    (status = 200, body = Vec<ListedKey>),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn list(call: Call) -> Answer {
    let keys = api_keys::list(&call.core, call.caller).await?;
    Ok(ok(keys.iter().map(ListedKey::from).collect::<Vec<_>>()))
}

/// Deletes an API key
#[utoipa::path(delete, path = "/auth/keys/{id}", security(("bearer" = [])),
    params(("id" = String, Path, description = "The key's id")), responses(
    (status = 204),
    (status = 401, body = ErrorBody),
    (status = 404, body = ErrorBody)
))]
pub(super) async fn delete(call: Call, id: Path<String>) -> Answer {
    api_keys::revoke(&call.core, call.caller, keys::id(&id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

//! Personal access tokens: the API keys of this contract.

use actix_web::{HttpResponse, web::Path};

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{CreatedToken, ListedToken, NewToken, Rotate, Tokenlist},
};
use crate::{
    domain::time::Seconds,
    http::account_api::{
        call::Call,
        created,
        json::{Json, OrNothing},
        keys, ok,
    },
    services::api_keys,
};

/// Create a token; it is shown this once
#[utoipa::path(post, path = "/api-tokens", tag = "API tokens", security(("bearer" = [])), request_body = NewToken, responses(
    (status = 201, body = CreatedToken),
    (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)
))]
pub(super) async fn create(call: Call, Json(body): Json<NewToken>) -> Answer {
    let wanted = keys::Wanted {
        name: body.name,
        description: None,
        scopes: body.scopes,
        environment: body.environment,
        expires_in_days: body.expires_in_days,
    };
    let new = wanted.into_new(&call.mount)?;
    Ok(created(CreatedToken::from(&api_keys::create(&call.core, call.caller, new).await?)))
}

/// List the tokens
#[utoipa::path(get, path = "/api-tokens", tag = "API tokens", security(("bearer" = [])), responses(
    (status = 200, body = Tokenlist),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn list(call: Call) -> Answer {
    Ok(ok(Tokenlist::from(api_keys::list(&call.core, call.caller).await?.as_slice())))
}

/// One token
#[utoipa::path(get, path = "/api-tokens/{id}", tag = "API tokens", security(("bearer" = [])),
    params(("id" = String, Path, description = "The token's id")), responses(
    (status = 200, body = ListedToken),
    (status = 401, body = ErrorBody),
    (status = 404, body = ErrorBody)
))]
pub(super) async fn find(call: Call, id: Path<String>) -> Answer {
    Ok(ok(ListedToken::from(&api_keys::find(&call.core, call.caller, keys::id(&id)).await?)))
}

/// Replace the token by a new one of the same id and scopes
#[utoipa::path(post, path = "/api-tokens/{id}/rotate", tag = "API tokens", security(("bearer" = [])),
    params(("id" = String, Path, description = "The token's id")), request_body = Option<Rotate>, responses(
    (status = 200, body = CreatedToken),
    (status = 400, body = ErrorBody),
    (status = 401, body = ErrorBody),
    (status = 404, body = ErrorBody)
))]
pub(super) async fn rotate(call: Call, id: Path<String>, OrNothing(body): OrNothing<Rotate>) -> Answer {
    let grace = Seconds(body.unwrap_or_default().grace_seconds);
    Ok(ok(CreatedToken::from(&api_keys::rotate(&call.core, call.caller, keys::id(&id), grace).await?)))
}

/// Delete a token
#[utoipa::path(delete, path = "/api-tokens/{id}", tag = "API tokens", security(("bearer" = [])),
    params(("id" = String, Path, description = "The token's id")), responses(
    (status = 204),
    (status = 401, body = ErrorBody),
    (status = 404, body = ErrorBody)
))]
pub(super) async fn delete(call: Call, id: Path<String>) -> Answer {
    api_keys::revoke(&call.core, call.caller, keys::id(&id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

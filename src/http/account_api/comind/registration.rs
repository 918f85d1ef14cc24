//! A new account, and the confirmation of its address.

use actix_web::web::Query;
use serde::Deserialize;

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{Checked, Confirm, Register, Registered, Told},
};
use crate::{
    domain::secret::Secret,
    http::account_api::{call::Call, created, json::Json, ok},
    services::accounts::{self, Existing, Refusal, Registration},
};

#[derive(Deserialize)]
pub(super) struct Wanted {
    email: Option<String>,
}

/// Check if an address is registered
#[utoipa::path(get, path = "/auth/check-registration", tag = "registration", 
    params(("email" = String, Query, description = "The address to look for")), responses(
    (status = 200, body = Checked),
    (status = 404, body = ErrorBody, description = "This server does not tell"),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn check(call: Call, address: Option<Query<Wanted>>) -> Answer {
    let email = address.and_then(|query| query.into_inner().email).ok_or(Refusal::InvalidEmail)?;
    let registered = accounts::is_registered(&call.core, email, call.visitor()).await?;
    Ok(ok(Checked { registered }))
}

/// Register; an address that has an account is answered the same, and its owner gets a letter
#[utoipa::path(post, path = "/auth/register", tag = "registration", request_body = Register, responses(
    (status = 201, body = Registered),
    (status = 400, body = ErrorBody),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn register(call: Call, Json(body): Json<Register>) -> Answer {
    let registration = Registration {
        email: body.email,
        password: Secret::new(body.password),
        name: body.name,
        username: body.username,
        organisation: None,
        door: call.door(),
        existing: Existing::Hide,
        visitor: call.visitor(),
    };
    let answer = match accounts::register(&call.core, registration).await? {
        accounts::Registered::New { user, .. } => {
            Registered::new(user.id.as_str(), user.email.clone().unwrap_or_default())
        }
        accounts::Registered::Pretended { id, email } => Registered::new(id.as_str(), email),
    };
    Ok(created(answer))
}

/// Confirm an address with the code of the letter
#[utoipa::path(post, path = "/auth/confirm", tag = "registration", request_body = Confirm, responses(
    (status = 200, body = Told),
    (status = 400, body = ErrorBody, description = "A wrong or dead code"),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn confirm(call: Call, Json(body): Json<Confirm>) -> Answer {
    accounts::confirm(&call.core, body.email, Secret::new(body.code), call.caller).await?;
    Ok(ok(Told::new("Email confirmed")))
}

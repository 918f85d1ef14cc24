//! Sign in, stay signed in, sign out.

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{LoggedOut, Login, Refresh, Refreshed, SignedIn},
};
use crate::{
    domain::secret::Secret,
    http::account_api::{call::Call, json::Json, ok},
    services::accounts::{self, LoginOutcome, Refusal, Second},
};

/// Authenticates a user and returns an access token
#[utoipa::path(post, path = "/auth/login", request_body = Login, responses(
    (status = 200, body = SignedIn),
    (status = 401, body = ErrorBody, description = "Wrong credentials, or a code of the second factor is missing or wrong"),
    (status = 403, body = ErrorBody),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn login(call: Call, Json(body): Json<Login>) -> Answer {
    let login = call.login(body.username, body.password, Second::Inline(body.code.map(Secret::new)));
    match accounts::login(&call.core, login).await? {
        LoginOutcome::SignedIn(begun) => {
            let (tokens, person) = accounts::open(&call.core, call.mount.clone(), *begun).await?;
            Ok(ok(SignedIn::new(&tokens, &person.user)))
        }
        // Never posed at a door that asks inline.
        LoginOutcome::SecondFactor(_) => Err(Refusal::SecondFactorRequired.into()),
    }
}

/// Obtains a new access token using a valid refresh token
#[utoipa::path(post, path = "/auth/refresh", request_body = Refresh, responses(
    (status = 200, body = Refreshed),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody, description = "The account is suspended or disabled")
))]
pub(super) async fn refresh(call: Call, Json(body): Json<Refresh>) -> Answer {
    let tokens = accounts::refresh(&call.core, call.mount, Secret::new(body.refresh_token)).await?;
    Ok(ok(Refreshed::from(&tokens)))
}

/// Invalidates the user's current session and associated tokens
#[utoipa::path(post, path = "/auth/logout", security(("bearer" = [])), responses(
    (status = 200, body = LoggedOut),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn logout(call: Call) -> Answer {
    accounts::logout(&call.core, call.caller).await?;
    Ok(ok(LoggedOut::new()))
}

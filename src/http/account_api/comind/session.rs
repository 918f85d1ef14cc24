//! Sign in, by password or single sign-on; stay signed in, sign out, and who it is.

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{Login, Logout, Me, Refresh, Refreshed, SignedIn, Sso, Told},
};
use crate::{
    domain::secret::Secret,
    http::account_api::{call::Call, json::Json, ok},
    services::{
        accounts::{self, LoginOutcome, Refusal, Second},
        federation::sso::{self, SsoRequest},
        sessions::Begun,
    },
};

/// Login and get tokens
#[utoipa::path(post, path = "/auth/login", tag = "session", request_body = Login, responses(
    (status = 200, body = SignedIn),
    (status = 401, body = ErrorBody, description = "Wrong credentials, or a code of the second factor is missing or wrong"),
    (status = 403, body = ErrorBody, description = "The address is not confirmed, or the account is suspended"),
    (status = 429, body = ErrorBody),
    (status = 503, body = ErrorBody, description = "The directory is away")
))]
pub(super) async fn login(call: Call, Json(body): Json<Login>) -> Answer {
    let login = call.login(body.email, body.password, Second::Inline(body.code.map(Secret::new)));
    match accounts::login(&call.core, login).await? {
        LoginOutcome::SignedIn(begun) => signed_in(&call, *begun).await,
        // Never posed at a door that asks inline.
        LoginOutcome::SecondFactor(_) => Err(Refusal::SecondFactorRequired.into()),
    }
}

/// Sign in by Microsoft Entra ID, with proof
#[utoipa::path(post, path = "/auth/sso", tag = "session", security((), ("bearer" = [])), request_body = Sso, responses(
    (status = 200, body = SignedIn),
    (status = 401, body = ErrorBody, description = "There is no proof, or it is not valid"),
    (status = 403, body = ErrorBody)
))]
pub(super) async fn sso(call: Call, Json(body): Json<Sso>) -> Answer {
    let id_token = body.id_token.map(Secret::new);
    let request = SsoRequest { oid: body.oid, tid: body.tid, upn: body.upn, id_token };
    let begun = sso::sign_in(&call.core, call.mount.clone(), call.caller.clone(), request).await?;
    signed_in(&call, begun).await
}

/// Exchange a refresh token for the next pair
#[utoipa::path(post, path = "/auth/refresh", tag = "session", request_body = Refresh, responses(
    (status = 200, body = Refreshed),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody, description = "The account is suspended or disabled")
))]
pub(super) async fn refresh(call: Call, Json(body): Json<Refresh>) -> Answer {
    let tokens = accounts::refresh(&call.core, call.mount, Secret::new(body.refresh_token)).await?;
    Ok(ok(Refreshed::from(&tokens)))
}

/// End the session of these tokens
#[utoipa::path(post, path = "/auth/logout", tag = "session", request_body = Logout, responses(
    (status = 200, body = Told),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn logout(call: Call, Json(body): Json<Logout>) -> Answer {
    let visitor = call.visitor();
    let (access, refresh) = (body.access_token.map(Secret::new), body.refresh_token.map(Secret::new));
    accounts::logout_by_tokens(&call.core, call.mount, access, refresh, visitor).await?;
    Ok(ok(Told::new("Logged out")))
}

/// The current user
#[utoipa::path(get, path = "/auth/me", tag = "session", security(("bearer" = [])), responses(
    (status = 200, body = Me),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn me(call: Call) -> Answer {
    Ok(ok(Me::from(&accounts::me(&call.core, call.caller).await?)))
}

async fn signed_in(call: &Call, begun: Begun) -> Answer {
    let (tokens, person) = accounts::open(&call.core, call.mount.clone(), begun).await?;
    Ok(ok(SignedIn::new(&tokens, &person)))
}

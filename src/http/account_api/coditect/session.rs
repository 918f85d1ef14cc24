//! Register, sign in, stay signed in, sign out, and who it is.

use super::{
    Answer,
    errors::ErrorBody,
    shapes::{
        CHALLENGE, InData, LoggedOut, Login, LoginAnswer, Me, Refresh, Refreshed, Register, Registered, SignedIn,
        Verify,
    },
};
use crate::{
    domain::secret::Secret,
    http::account_api::{call::Call, created, json::Json, ok},
    services::{
        accounts::{self, Existing, LoginOutcome, Refusal, Registration, Second},
        factors,
        sessions::Begun,
    },
};

/// Register
#[utoipa::path(post, path = "/auth/register", request_body = Register, responses(
    (status = 201, body = InData<Registered>),
    (status = 400, body = ErrorBody),
    (status = 409, body = ErrorBody),
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
        existing: Existing::Tell,
        visitor: call.visitor(),
    };
    match accounts::register(&call.core, registration).await? {
        accounts::Registered::New { user, .. } => Ok(created(InData { data: Registered::from(&*user) })),
        // This contract tells, and so asks for it.
        accounts::Registered::Pretended { .. } => Err(Refusal::EmailTaken.into()),
    }
}

/// Login
#[utoipa::path(post, path = "/auth/login", request_body = Login, responses(
    (status = 200, body = InData<LoginAnswer>),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn login(call: Call, Json(body): Json<Login>) -> Answer {
    let login = call.login(body.email, body.password, Second::Challenge);
    let data = match accounts::login(&call.core, login).await? {
        LoginOutcome::SignedIn(begun) => LoginAnswer::SignedIn(signed_in(&call, *begun).await?),
        LoginOutcome::SecondFactor(challenge) => LoginAnswer::SecondFactor((&challenge).into()),
    };
    Ok(ok(InData { data }))
}

/// Submit the code of the second factor
#[utoipa::path(post, path = "/auth/2fa/verify", request_body = Verify, responses(
    (status = 200, body = InData<SignedIn>),
    (status = 401, body = ErrorBody, description = "A wrong code, or a challenge that is dead"),
    (status = 403, body = ErrorBody, description = "The account is suspended or disabled"),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn verify(call: Call, Json(body): Json<Verify>) -> Answer {
    let token = body.challenge_token.strip_prefix(CHALLENGE).ok_or(Refusal::InvalidSecondFactor)?;
    let begun = factors::answer(&call.core, call.answer(token, body.code)).await?;
    Ok(ok(InData { data: signed_in(&call, begun).await? }))
}

/// Refresh Token
#[utoipa::path(post, path = "/auth/refresh", request_body = Refresh, responses(
    (status = 200, body = InData<Refreshed>),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody, description = "The account is suspended or disabled")
))]
pub(super) async fn refresh(call: Call, Json(body): Json<Refresh>) -> Answer {
    let tokens = accounts::refresh(&call.core, call.mount, Secret::new(body.refresh_token)).await?;
    Ok(ok(InData { data: Refreshed::from(&tokens) }))
}

/// Logout
#[utoipa::path(post, path = "/auth/logout", security(("bearer" = [])), responses(
    (status = 200, body = InData<LoggedOut>),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn logout(call: Call) -> Answer {
    accounts::logout(&call.core, call.caller).await?;
    Ok(ok(InData { data: LoggedOut::new() }))
}

/// Get Current User
#[utoipa::path(get, path = "/auth/me", security(("bearer" = [])), responses(
    (status = 200, body = InData<Me>),
    (status = 401, body = ErrorBody),
    (status = 403, body = ErrorBody)
))]
pub(super) async fn me(call: Call) -> Answer {
    let person = accounts::me(&call.core, call.caller).await?;
    Ok(ok(InData { data: Me::from(&person) }))
}

async fn signed_in(call: &Call, begun: Begun) -> Result<SignedIn, Refusal> {
    let (tokens, person) = accounts::open(&call.core, call.mount.clone(), begun).await?;
    Ok(SignedIn::new(&tokens, &person.user))
}

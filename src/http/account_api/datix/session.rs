//! Register, sign in, stay signed in, sign out.

use super::{
    Answer,
    errors::{ErrorBody, own_words},
    shapes::{
        Done, Login, LoginAnswer, Refreshed, Register, Registered, SecondFactorNeeded, SignedIn, Verified, Verify,
    },
};
use crate::{
    http::account_api::{call::Call, created, json::Json, ok},
    services::{
        accounts::{self, LoginOutcome, Second},
        factors,
        sessions::Begun,
    },
};

/// What a challenge of this contract begins with.
const TEMP: &str = "temp_";

/// Create a new account
#[utoipa::path(post, path = "/auth/register", tag = "session", request_body = Register, responses(
    (status = 201, body = Registered),
    (status = 400, body = ErrorBody, description = "Invalid email or weak password"),
    (status = 409, body = ErrorBody, description = "Email already exists"),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn register(call: Call, Json(body): Json<Register>) -> Answer {
    let registered = accounts::register(&call.core, body.into_registration(&call)).await.map_err(own_words)?;
    Ok(match registered {
        accounts::Registered::New { user, membership } => created(Registered::new(&user, membership.as_ref())),
        // This contract tells, and so asks for it.
        accounts::Registered::Pretended { .. } => return Err(accounts::Refusal::EmailTaken.into()),
    })
}

/// Sign in with a password
#[utoipa::path(post, path = "/auth/login", tag = "session", request_body = Login, responses(
    (status = 200, body = LoginAnswer),
    (status = 401, body = ErrorBody, description = "Invalid credentials"),
    (status = 403, body = ErrorBody, description = "The account is suspended or disabled"),
    (status = 429, body = ErrorBody, description = "Rate limit exceeded")
))]
pub(super) async fn login(call: Call, Json(body): Json<Login>) -> Answer {
    let login = call.login(body.email, body.password, Second::Challenge);
    let answer = match accounts::login(&call.core, login).await? {
        LoginOutcome::SignedIn(begun) => LoginAnswer::SignedIn(signed_in(&call, *begun).await?),
        LoginOutcome::SecondFactor(challenge) => {
            LoginAnswer::SecondFactor(SecondFactorNeeded::new(format!("{TEMP}{}", challenge.token.reveal())))
        }
    };
    Ok(ok(answer))
}

/// Complete a sign-in with a code of the second factor
#[utoipa::path(post, path = "/auth/verify-2fa", tag = "session", request_body = Verify, responses(
    (status = 200, body = Verified),
    (status = 401, body = ErrorBody, description = "A wrong code, or a challenge that is dead"),
    (status = 403, body = ErrorBody, description = "The account is suspended or disabled"),
    (status = 429, body = ErrorBody)
))]
pub(super) async fn verify(call: Call, Json(body): Json<Verify>) -> Answer {
    let token = body.temp_token.strip_prefix(TEMP).ok_or(accounts::Refusal::InvalidSecondFactor)?;
    let begun = factors::answer(&call.core, call.answer(token, body.code)).await?;
    let (tokens, person) = accounts::open(&call.core, call.mount.clone(), begun).await?;
    Ok(ok(Verified::new(&tokens, &person)))
}

/// Exchange a valid access token for another one of the same session
#[utoipa::path(post, path = "/auth/refresh", tag = "session", security(("bearer" = [])), responses(
    (status = 200, body = Refreshed),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn refresh(call: Call) -> Answer {
    Ok(ok(Refreshed::from(&accounts::renew(&call.core, call.caller).await?)))
}

/// End the session
#[utoipa::path(post, path = "/auth/logout", tag = "session", security(("bearer" = [])), responses(
    (status = 200, body = Done),
    (status = 401, body = ErrorBody)
))]
pub(super) async fn logout(call: Call) -> Answer {
    accounts::logout(&call.core, call.caller).await?;
    Ok(ok(Done::new("Logged out successfully")))
}

async fn signed_in(call: &Call, begun: Begun) -> Result<SignedIn, accounts::Refusal> {
    let (tokens, person) = accounts::open(&call.core, call.mount.clone(), begun).await?;
    Ok(SignedIn::new(&tokens, &person))
}

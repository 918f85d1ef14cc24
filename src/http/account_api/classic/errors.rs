//! How the `classic` contract says no: `{"error":"<sentence>"}`.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::account_api::{
        Refused,
        said::{self, Said},
    },
    services::accounts::Refusal,
};

/// Every refusal of this contract.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// A sentence for people.
    #[schema(example = "Invalid credentials")]
    error: String,
}

/// What a handler ends with where it has no answer.
#[derive(Debug)]
pub(super) struct Error(Refused);

pub(super) fn refuse(refused: &Refused) -> HttpResponse {
    let said = said::of(refused);
    said.answer().json(ErrorBody { error: sentence(refused, said) })
}

/// The document shows these with words of its own.
fn sentence(refused: &Refused, said: Said) -> String {
    match refused {
        Refused::Refusal(Refusal::InvalidCredentials) => "Invalid credentials".to_owned(),
        Refused::Refusal(Refusal::SecondFactorRequired) => "Second factor required".to_owned(),
        Refused::Refusal(Refusal::InvalidRefreshToken | Refusal::RefreshTokenExpired) => {
            "Invalid or expired refresh token".to_owned()
        }
        // Whatever is wrong with a token, its holder has to sign in.
        Refused::Refusal(Refusal::AuthenticationRequired | Refusal::InvalidToken | Refusal::TokenExpired) => {
            "Authentication required".to_owned()
        }
        Refused::Refusal(Refusal::Malformed("expires_in_days")) => "The member expiresInDays is not valid".to_owned(),
        Refused::Refusal(_) | Refused::Body(_) | Refused::NoSuchPath | Refused::NoSuchMethod(_) => {
            said.message.into_owned()
        }
    }
}

impl<E: Into<Refused>> From<E> for Error {
    fn from(refused: E) -> Self {
        Self(refused.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        said::of(&self.0).status
    }

    fn error_response(&self) -> HttpResponse {
        refuse(&self.0)
    }
}

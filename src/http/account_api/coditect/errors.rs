//! How the `coditect` contract says no: `{"error":{"code","message"}}`.

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
    error: ErrorDetail,
}

#[derive(Debug, Serialize, ToSchema)]
struct ErrorDetail {
    /// A stable code.
    #[schema(example = "invalid_credentials")]
    code: &'static str,
    /// A sentence for people.
    message: String,
}

/// What a handler ends with where it has no answer.
#[derive(Debug)]
pub(super) struct Error(Refused);

pub(super) fn refuse(refused: &Refused) -> HttpResponse {
    let said = said::of(refused);
    let (code, message) = words(refused, &said);
    said.answer().json(ErrorBody { error: ErrorDetail { code, message } })
}

/// The document shows these with words of its own.
fn words(refused: &Refused, said: &Said) -> (&'static str, String) {
    match refused {
        Refused::Refusal(Refusal::TokenExpired) => {
            ("token_expired", "The access token has expired. Please refresh.".to_owned())
        }
        Refused::Refusal(Refusal::RefreshTokenExpired) => {
            ("token_expired", "The refresh token has expired. Please log in again.".to_owned())
        }
        Refused::Refusal(_) | Refused::Body(_) | Refused::NoSuchPath | Refused::NoSuchMethod(_) => {
            (said.code, said.message.clone().into_owned())
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

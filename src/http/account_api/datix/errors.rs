//! How the `datix` contract says no: `{"error":"<code>","message":"…"}`.

use std::fmt;

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::account_api::{Refused, said},
    services::accounts::Refusal,
};

/// Every refusal of this contract.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// A stable code.
    #[schema(example = "invalid_credentials")]
    error: &'static str,
    /// A sentence for people.
    message: String,
}

/// What a handler ends with where it has no answer.
#[derive(Debug)]
pub(super) struct Error(Refused);

pub(super) fn refuse(refused: &Refused) -> HttpResponse {
    let said = said::of(refused);
    said.answer().json(ErrorBody { error: said.code, message: said.message.clone().into_owned() })
}

/// A profile's name is called so here.
pub(super) fn own_words(refusal: Refusal) -> Refusal {
    if matches!(refusal, Refusal::Malformed("name")) { Refusal::Malformed("full_name") } else { refusal }
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

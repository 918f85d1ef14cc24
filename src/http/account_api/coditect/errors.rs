//! How the `coditect` contract says no: `{"error":{"code","message"}}`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::account_api::{Refused, error::ErrorShape, said::Said},
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

impl ErrorShape for ErrorBody {
    fn new(refused: &Refused, said: Said) -> Self {
        let (code, message) = words(refused, said);
        Self { error: ErrorDetail { code, message } }
    }
}

/// The document shows these with words of its own.
fn words(refused: &Refused, said: Said) -> (&'static str, String) {
    match refused {
        Refused::Refusal(Refusal::TokenExpired) => {
            ("token_expired", "The access token has expired. Please refresh.".to_owned())
        }
        Refused::Refusal(Refusal::RefreshTokenExpired) => {
            ("token_expired", "The refresh token has expired. Please log in again.".to_owned())
        }
        Refused::Refusal(_) | Refused::Body(_) | Refused::NoSuchPath | Refused::NoSuchMethod(_) => {
            (said.code, said.message.into_owned())
        }
    }
}

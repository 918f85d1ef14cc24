//! How the `classic` contract says no: `{"error":"<sentence>"}`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::account_api::{Refused, error::ErrorShape, said::Said},
    services::accounts::Refusal,
};

/// Every refusal of this contract.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// A sentence for people.
    #[schema(example = "Invalid credentials")]
    error: String,
}

impl ErrorShape for ErrorBody {
    fn new(refused: &Refused, said: Said) -> Self {
        Self { error: sentence(refused, said) }
    }
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

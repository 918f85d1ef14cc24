//! How the `comind` contract says no: `{"error":"<code>","message":"…"}`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::http::account_api::{Refused, error::ErrorShape, said::Said};

/// Every refusal of this contract.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// A stable code.
    #[schema(example = "invalid_credentials")]
    error: &'static str,
    /// A sentence for people.
    message: String,
}

impl ErrorShape for ErrorBody {
    fn new(_: &Refused, said: Said) -> Self {
        Self { error: said.code, message: said.message.into_owned() }
    }
}

//! How the `datix` contract says no: `{"error":"<code>","message":"…"}`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::account_api::{Refused, error::ErrorShape, said::Said},
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

impl ErrorShape for ErrorBody {
    fn new(_: &Refused, said: Said) -> Self {
        Self { error: said.code, message: said.message.into_owned() }
    }
}

/// A profile's name is called so here.
pub(super) fn own_words(refusal: Refusal) -> Refusal {
    if matches!(refusal, Refusal::Malformed("name")) { Refusal::Malformed("full_name") } else { refusal }
}

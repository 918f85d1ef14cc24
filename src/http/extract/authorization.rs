//! The `Authorization` header, as text.

use actix_web::{HttpRequest, http::header};

use crate::protocol::error::OAuthError;

/// One header, in ASCII; two of them are two authentication methods (RFC 6749 §2.3).
pub fn header(request: &HttpRequest) -> Result<Option<String>, OAuthError> {
    let malformed = || OAuthError::invalid_request("the Authorization header is malformed or given twice");
    let mut values = request.headers().get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else {
        return Ok(None);
    };
    match (value.to_str().ok().map(str::to_owned), values.next()) {
        (Some(text), None) => Ok(Some(text)),
        _ => Err(malformed()),
    }
}

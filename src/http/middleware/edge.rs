//! The outermost layer: names the request, and puts on every answer what every answer has.

use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
    web::Data,
};
use tracing::Instrument;

use super::request_id::RequestId;
use crate::http::app::App;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub async fn surround(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = RequestId::next();
    let span = tracing::info_span!("request", id = id.as_str(), method = %request.method(), path = request.path());
    let named = HeaderValue::from_str(id.as_str());
    let plain = request.app_data::<Data<App>>().is_none_or(|app| app.settings().issuer.is_plain_loopback());
    request.extensions_mut().insert(id);
    let mut answer = next.call(request).instrument(span.clone()).await?;
    if let Ok(named) = named {
        answer.headers_mut().insert(REQUEST_ID, named);
    }
    protect(answer.headers_mut(), plain);
    span.in_scope(|| tracing::debug!(status = answer.status().as_u16(), "answered"));
    Ok(answer)
}

/// With `no-referrer` Chromium posts `Origin: null`, and the check of the Origin locks people out.
fn protect(headers: &mut HeaderMap, plain: bool) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if !plain {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
}

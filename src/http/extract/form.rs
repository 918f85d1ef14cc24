//! A form body: the only kind of body that these endpoints take.

use std::{pin::Pin, time::Duration};

use actix_web::{FromRequest, HttpRequest, dev::Payload, error::PayloadError, http::header, web::Bytes};

use tokio::time::{error::Elapsed, timeout};

use crate::protocol::{error::OAuthError, params::Params};

/// The parameters of a form body.
pub struct Form(pub Params);

/// Why a body was not taken.
#[derive(Debug)]
pub enum BadBody {
    TooLarge,
    /// The connection broke off.
    Lost,
    Malformed(OAuthError),
}

impl FromRequest for Form {
    type Error = BadBody;
    type Future = Pin<Box<dyn Future<Output = Result<Self, BadBody>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let is_form = is_form(request);
        let body = read(request, payload);
        Box::pin(async move {
            let body = body.await?;
            if !is_form && !body.is_empty() {
                let wrong = "the content type must be application/x-www-form-urlencoded";
                return Err(BadBody::Malformed(OAuthError::invalid_request(wrong)));
            }
            Params::parse(&body).map(Self).map_err(|bad| BadBody::Malformed(bad.into()))
        })
    }
}

/// The bytes of a body, within the limits of size and time.
pub fn read(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Bytes, BadBody>> + use<> {
    let body = Bytes::from_request(request, payload);
    async move { timeout(SLOWEST, body).await.map_err(late)?.map_err(|error| why(&error)) }
}

/// A body is a few kilobytes: whoever takes longer holds a connection, and means to.
const SLOWEST: Duration = Duration::from_secs(10);

fn late(_: Elapsed) -> BadBody {
    BadBody::Lost
}

fn why(error: &actix_web::Error) -> BadBody {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => BadBody::TooLarge,
        _ => BadBody::Lost,
    }
}

/// Parameters of the media type (a charset) are ignored: RFC 6749 appendix B knows UTF-8 only.
fn is_form(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).map(str::trim);
    essence.is_some_and(|text| text.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

//! How a refusal is said to a client: statuses, headers and JSON. RFC 6749 §5.2, RFC 6750 §3.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};

use crate::{
    domain::refused::Declined,
    http::extract::form::BadBody,
    protocol::{
        error::{ErrorCode, OAuthError},
        userinfo,
    },
    services::fault::{Failure, Fault},
};

/// How long a client should wait for what passes by itself.
const RETRY_AFTER_SECONDS: u32 = 2;

/// The answer of an endpoint that a client calls with its own credentials.
pub fn refusal(failure: &Failure) -> HttpResponse {
    match failure {
        Failure::Refused(Declined { error, .. }) => {
            log(error);
            let mut answer = HttpResponse::build(status(error.code));
            if error.code == ErrorCode::InvalidClient {
                answer.insert_header((header::WWW_AUTHENTICATE, r#"Basic realm="signet", charset="UTF-8""#));
            }
            body(&mut answer, error)
        }
        Failure::Fault(fault) => broken(fault),
    }
}

/// The answer of an endpoint that is called with a bearer token; `None`: there was no token at all.
pub fn bearer_refusal(failure: Option<&Failure>) -> HttpResponse {
    match failure {
        None => HttpResponse::Unauthorized()
            .insert_header((header::WWW_AUTHENTICATE, userinfo::challenge(None)))
            .insert_header(NO_STORE)
            .finish(),
        Some(Failure::Refused(Declined { error, .. })) => {
            log(error);
            let challenge = (header::WWW_AUTHENTICATE, userinfo::challenge(Some(error)));
            body(HttpResponse::build(status(error.code)).insert_header(challenge), error)
        }
        Some(Failure::Fault(fault)) => broken(fault),
    }
}

/// A body that was not taken.
pub fn bad_body(bad: &BadBody) -> HttpResponse {
    match bad {
        BadBody::TooLarge => {
            let error = OAuthError::invalid_request("the request body is too large");
            body(&mut HttpResponse::PayloadTooLarge(), &error)
        }
        BadBody::Lost => {
            body(&mut HttpResponse::BadRequest(), &OAuthError::invalid_request("the request body broke off"))
        }
        BadBody::Malformed(error) => {
            log(error);
            body(&mut HttpResponse::BadRequest(), error)
        }
    }
}

/// The client learns whether to come again, and nothing else.
fn broken(fault: &Fault) -> HttpResponse {
    fault.tell_operator();
    match fault {
        Fault::Unavailable(_) => {
            let error = OAuthError::new(ErrorCode::TemporarilyUnavailable, "the server cannot answer at the moment");
            let retry = (header::RETRY_AFTER, RETRY_AFTER_SECONDS);
            body(HttpResponse::ServiceUnavailable().insert_header(retry), &error)
        }
        Fault::Broken(_) => {
            let error = OAuthError::new(ErrorCode::ServerError, "the server could not answer this request");
            body(&mut HttpResponse::InternalServerError(), &error)
        }
    }
}

pub const NO_STORE: (header::HeaderName, &str) = (header::CACHE_CONTROL, "no-store");

fn body(answer: &mut HttpResponseBuilder, error: &OAuthError) -> HttpResponse {
    answer.insert_header(NO_STORE).json(error.body())
}

fn log(error: &OAuthError) {
    tracing::info!(error = error.code.as_str(), reason = %error.description, "request refused");
}

/// RFC 6749 §5.2, RFC 6750 §3.1. The codes of the authorization endpoint never get here: they leave by redirect.
fn status(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::InvalidClient | ErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        ErrorCode::InsufficientScope | ErrorCode::AccessDenied => StatusCode::FORBIDDEN,
        ErrorCode::ServerError => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::TemporarilyUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::InvalidRequest
        | ErrorCode::InvalidGrant
        | ErrorCode::UnauthorizedClient
        | ErrorCode::UnsupportedGrantType
        | ErrorCode::InvalidScope
        | ErrorCode::UnsupportedResponseType
        | ErrorCode::LoginRequired
        | ErrorCode::ConsentRequired
        | ErrorCode::RequestNotSupported
        | ErrorCode::RequestUriNotSupported
        | ErrorCode::RegistrationNotSupported
        | ErrorCode::InvalidTarget
        | ErrorCode::UnmetAuthenticationRequirements => StatusCode::BAD_REQUEST,
    }
}

impl std::fmt::Display for BadBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the request body was not taken")
    }
}

impl actix_web::ResponseError for BadBody {
    fn error_response(&self) -> HttpResponse {
        bad_body(self)
    }
}

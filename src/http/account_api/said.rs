//! What is said of each refusal, before a contract gives it its shape: a status, a stable code, a sentence.

use std::borrow::Cow;

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::{StatusCode, header},
};

use super::Refused;
use crate::http::extract::json::BadJson;
use crate::services::{
    accounts::{Refusal, Thing, Weakness},
    fault::Fault,
};

/// The words of a refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: StatusCode,
    pub code: &'static str,
    pub message: Cow<'static, str>,
    /// Seconds.
    pub retry_after: Option<i64>,
}

/// How long to wait for what passes by itself.
const SHORTLY: i64 = 2;

impl Said {
    /// The answer without its body: status, no-store, and when to come again. RFC 6750 §3: a 401 names its scheme.
    pub fn answer(&self) -> HttpResponseBuilder {
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((header::CACHE_CONTROL, "no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            answer.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds.max(1).to_string()));
        }
        answer
    }
}

/// What is said of a refusal.
pub fn of(refused: &Refused) -> Said {
    match refused {
        Refused::Refusal(refusal) => refusal_words(refusal),
        Refused::Body(bad) => body_words(bad),
        Refused::NoSuchPath => said(StatusCode::NOT_FOUND, "not_found", "There is nothing at this path"),
        Refused::NoSuchMethod(_) => {
            said(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This method does not exist here")
        }
    }
}

fn body_words(bad: &BadJson) -> Said {
    let (status, code) = match bad {
        BadJson::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large"),
        BadJson::NotJson => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
        BadJson::Lost | BadJson::Missing(_) | BadJson::Unknown(_) | BadJson::Unfit(_) | BadJson::Malformed => {
            (StatusCode::BAD_REQUEST, "invalid_request")
        }
    };
    said(status, code, bad.message())
}

#[expect(clippy::too_many_lines, reason = "a table: one line per refusal")]
fn refusal_words(refusal: &Refusal) -> Said {
    const BAD: StatusCode = StatusCode::BAD_REQUEST;
    const WHO: StatusCode = StatusCode::UNAUTHORIZED;
    const NO: StatusCode = StatusCode::FORBIDDEN;
    match refusal {
        Refusal::Malformed(member) => said(BAD, "invalid_request", format!("The member {member} is not valid")),
        Refusal::AuthenticationRequired => said(WHO, "authentication_required", "Authentication required"),
        Refusal::InvalidToken => said(WHO, "invalid_token", "The token is not valid"),
        Refusal::TokenExpired => said(WHO, "token_expired", "The access token has expired"),
        Refusal::InvalidRefreshToken => said(WHO, "invalid_token", "The refresh token is not valid"),
        Refusal::RefreshTokenExpired => said(WHO, "invalid_token", "The refresh token has expired"),
        Refusal::InsufficientScope(scope) => {
            said(NO, "insufficient_scope", format!("This action requires the '{scope}' scope"))
        }
        Refusal::NotFresh => said(
            NO,
            "fresh_sign_in_required",
            "A key that administers is made and rotated shortly after signing in, with the second factor: sign in again",
        ),
        Refusal::NotForThisCredential => said(NO, "forbidden", "This credential cannot do that"),
        Refusal::InvalidCredentials => said(WHO, "invalid_credentials", "The email or password is incorrect"),
        Refusal::SecondFactorRequired => {
            said(WHO, "second_factor_required", "A code of the second factor is required in the member code")
        }
        Refusal::SecondFactorMissing => said(
            NO,
            "second_factor_setup_required",
            "This account must set up a second factor before it can sign in here: sign in to the server's page /account",
        ),
        Refusal::SecondFactorAlreadyOn => {
            said(StatusCode::CONFLICT, "second_factor_already_on", "Two-factor authentication is enabled already")
        }
        Refusal::SecondFactorOff => {
            said(StatusCode::CONFLICT, "second_factor_off", "Two-factor authentication is not enabled")
        }
        Refusal::InvalidSecondFactor => said(WHO, "invalid_code", "The code is not valid"),
        Refusal::InvalidConfirmation => said(BAD, "invalid_code", "The code is not valid or has expired"),
        Refusal::InvalidReset => said(BAD, "invalid_token", "The reset token is not valid or has expired"),
        Refusal::InvalidInvitation => said(BAD, "invalid_token", "The invitation is not valid or has expired"),
        Refusal::Suspended => said(NO, "account_suspended", "This account is suspended"),
        Refusal::Disabled => said(NO, "account_disabled", "This account is disabled"),
        Refusal::EmailNotConfirmed => said(NO, "email_not_confirmed", "The email address is not confirmed yet"),
        Refusal::InvalidEmail => said(BAD, "invalid_email", "The email address is not valid"),
        Refusal::InvalidUsername => said(BAD, "invalid_username", "The username is not valid"),
        Refusal::WeakPassword(weakness) => said(BAD, "weak_password", weakness_words(*weakness)),
        Refusal::EmailTaken => said(StatusCode::CONFLICT, "email_taken", "This email address is registered already"),
        Refusal::UsernameTaken => said(StatusCode::CONFLICT, "username_taken", "This username is taken"),
        Refusal::RegistrationClosed => said(NO, "registration_closed", "Accounts are made by administrators here"),
        Refusal::DirectoryAddress => {
            said(NO, "directory_address", "This address belongs to a directory: sign in with its password")
        }
        Refusal::NotFound(thing) => said(StatusCode::NOT_FOUND, "not_found", thing_words(*thing)),
        Refusal::TooManyKeys { most } => {
            said(StatusCode::CONFLICT, "too_many_keys", format!("An account has at most {most} API keys"))
        }
        Refusal::RotatedMeanwhile => {
            said(StatusCode::CONFLICT, "rotated_meanwhile", "Another request has just rotated this key")
        }
        Refusal::SsoProofRequired => {
            said(WHO, "sso_proof_required", "An id_token of the tenant, or a service credential, is required")
        }
        Refusal::InvalidSsoProof => said(WHO, "invalid_sso_proof", "The proof of the single sign-on is not valid"),
        Refusal::IdentityTaken => {
            said(StatusCode::CONFLICT, "identity_taken", "This identity belongs to another account")
        }
        Refusal::LastSignIn => said(StatusCode::CONFLICT, "last_sign_in", "This is the last way into the account"),
        Refusal::TooMany { retry_after } => Said {
            retry_after: Some(retry_after.0),
            ..said(StatusCode::TOO_MANY_REQUESTS, "rate_limited", "Too many attempts: try again later")
        },
        Refusal::DirectoryAway => Said {
            retry_after: Some(SHORTLY),
            ..said(
                StatusCode::SERVICE_UNAVAILABLE,
                "directory_unavailable",
                "The directory cannot be asked at the moment",
            )
        },
        Refusal::Fault(fault) => fault_words(fault),
    }
}

/// The caller learns whether to come again, and nothing else.
fn fault_words(fault: &Fault) -> Said {
    fault.tell_operator();
    match fault {
        Fault::Unavailable(_) => Said {
            retry_after: Some(SHORTLY),
            ..said(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "The server cannot answer at the moment")
        },
        Fault::Broken(_) => {
            said(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "The server could not answer this request")
        }
    }
}

fn weakness_words(weakness: Weakness) -> String {
    match weakness {
        Weakness::TooShort { minimum } => format!("The password must have at least {minimum} characters"),
        Weakness::TooLong { maximum } => format!("The password must have at most {maximum} characters"),
        Weakness::Common => "This password is among those that are tried first".to_owned(),
        Weakness::Personal => "The password must not be the name or the address of the account".to_owned(),
    }
}

fn thing_words(thing: Thing) -> &'static str {
    match thing {
        Thing::User => "User not found",
        Thing::ApiKey => "API key not found",
        Thing::Session => "Session not found",
        Thing::Application => "Application not found",
        Thing::Identity => "Identity not found",
    }
}

fn said(status: StatusCode, code: &'static str, message: impl Into<Cow<'static, str>>) -> Said {
    Said { status, code, message: message.into(), retry_after: None }
}

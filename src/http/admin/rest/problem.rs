//! How the REST API says no. RFC 9457.

use std::fmt;

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};
use serde::Serialize;

use crate::{
    http::extract::json::BadJson,
    services::{
        admin::{AdminError, admit::NotAdmitted},
        fault::Fault,
    },
};

/// A refusal: what kind it is, and what is the matter this time.
#[derive(Debug)]
pub(super) struct Problem {
    kind: Kind,
    detail: String,
    member: Option<String>,
}

/// RFC 9457 §3: a problem detail.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// Says which kind of problem it is: `urn:signet:problem:` and a word
    #[serde(rename = "type")]
    type_: String,
    /// The kind in words
    title: &'static str,
    /// The HTTP status
    status: u16,
    /// What is the matter this time
    detail: String,
    /// The member of the request that does not fit
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Malformed,
    TooLarge,
    NotJson,
    NoCredential,
    InvalidToken,
    Forbidden,
    NotFound,
    NoSuchMethod(&'static str),
    Taken,
    ChangedMeanwhile,
    NoEditions,
    Unfit,
    Unavailable,
    Broken,
}

impl Kind {
    /// Its word, its title, its status.
    const fn said(self) -> (&'static str, &'static str, StatusCode) {
        match self {
            Self::Malformed => ("malformed", "The request is malformed", StatusCode::BAD_REQUEST),
            Self::TooLarge => ("too-large", "The request is too large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::NotJson => ("not-json", "The body must be JSON", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::NoCredential => ("no-credential", "A credential is missing", StatusCode::UNAUTHORIZED),
            Self::InvalidToken => ("invalid-token", "The credential is not good (any more)", StatusCode::UNAUTHORIZED),
            Self::Forbidden => ("forbidden", "This is not allowed", StatusCode::FORBIDDEN),
            Self::NotFound => ("not-found", "There is no such thing", StatusCode::NOT_FOUND),
            Self::NoSuchMethod(_) => ("method-not-allowed", "There is no such method", StatusCode::METHOD_NOT_ALLOWED),
            Self::Taken => ("taken", "It exists already", StatusCode::CONFLICT),
            Self::ChangedMeanwhile => {
                ("changed-meanwhile", "It was changed meanwhile", StatusCode::PRECONDITION_FAILED)
            }
            Self::NoEditions => ("no-editions", "This has no editions", StatusCode::PRECONDITION_FAILED),
            Self::Unfit => ("unfit", "A value does not fit", StatusCode::UNPROCESSABLE_ENTITY),
            Self::Unavailable => ("unavailable", "Not available at the moment", StatusCode::SERVICE_UNAVAILABLE),
            Self::Broken => ("broken", "The server could not answer", StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl Problem {
    fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), member: None }
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, detail)
    }

    /// The same, with the member as it stands in the request.
    pub(super) fn about(self, member: &str) -> Self {
        Self { member: Some(member.to_owned()), ..self }
    }

    pub(super) fn no_editions() -> Self {
        Self::new(Kind::NoEditions, "It has no ETag, so nothing fits If-Match: leave the header out")
    }

    pub(super) fn no_such_path() -> Self {
        Self::new(Kind::NotFound, "There is nothing at this path")
    }

    pub(super) fn no_such_method(allow: &'static str) -> Self {
        Self::new(Kind::NoSuchMethod(allow), format!("These methods there are: {allow}"))
    }
}

impl From<AdminError> for Problem {
    fn from(error: AdminError) -> Self {
        let detail = error.to_string();
        match error {
            AdminError::Unfit { what, reason } => {
                Self { kind: Kind::Unfit, detail: reason, member: Some(what.to_owned()) }
            }
            AdminError::Taken { .. } => Self::new(Kind::Taken, detail),
            AdminError::Absent { .. } => Self::new(Kind::NotFound, detail),
            AdminError::Forbidden(reason) => Self::new(Kind::Forbidden, reason),
            AdminError::ChangedMeanwhile => Self::new(Kind::ChangedMeanwhile, "Read it again before you change it"),
            AdminError::Fault(fault) => fault.into(),
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        fault.tell_operator();
        match fault {
            Fault::Unavailable(_) => Self::new(Kind::Unavailable, "Try again in a few seconds"),
            Fault::Broken(_) => Self::new(Kind::Broken, "The reason stands in the server's log"),
        }
    }
}

impl From<NotAdmitted> for Problem {
    fn from(reason: NotAdmitted) -> Self {
        match reason {
            NotAdmitted::Unknown | NotAdmitted::NotFresh => {
                Self::new(Kind::NoCredential, "Send a client_credentials token or an API key as Bearer token")
            }
            NotAdmitted::InvalidToken => Self::new(Kind::InvalidToken, "The token is unknown, expired or revoked"),
            NotAdmitted::NoRights => Self::new(Kind::Forbidden, "The credential has no scope of administration"),
            NotAdmitted::Fault(fault) => fault.into(),
        }
    }
}

impl From<BadJson> for Problem {
    fn from(bad: BadJson) -> Self {
        let kind = match bad {
            BadJson::TooLarge => Kind::TooLarge,
            BadJson::NotJson => Kind::NotJson,
            BadJson::Lost | BadJson::Malformed | BadJson::Missing(_) | BadJson::Unknown(_) | BadJson::Unfit(_) => {
                Kind::Malformed
            }
        };
        let detail = bad.message();
        match bad {
            BadJson::Missing(member) | BadJson::Unknown(member) | BadJson::Unfit(member) => {
                Self { kind, detail, member: Some(member) }
            }
            _ => Self::new(kind, detail),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.said().2
    }

    fn error_response(&self) -> HttpResponse {
        let (word, title, status) = self.kind.said();
        let mut answer = HttpResponse::build(status);
        answer.insert_header(super::NO_STORE);
        // RFC 6750 §3.
        match self.kind {
            Kind::NoCredential => answer.insert_header((header::WWW_AUTHENTICATE, "Bearer")),
            Kind::InvalidToken => answer.insert_header((header::WWW_AUTHENTICATE, r#"Bearer error="invalid_token""#)),
            Kind::Unavailable => answer.insert_header((header::RETRY_AFTER, 2)),
            Kind::NoSuchMethod(allow) => answer.insert_header((header::ALLOW, allow)),
            _ => &mut answer,
        };
        let body = ProblemBody {
            type_: format!("urn:signet:problem:{word}"),
            title,
            status: status.as_u16(),
            detail: self.detail.clone(),
            member: self.member.clone(),
        };
        answer.content_type("application/problem+json").body(serde_json::to_string(&body).unwrap_or_default())
    }
}

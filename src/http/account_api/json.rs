//! A JSON body, refused in the words of the contract that it came to.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::{ErrorInternalServerError, InternalError},
    http::header,
    web::{Bytes, Data},
};
use serde::de::DeserializeOwned;

use super::{Refused, mounts::Mounted};
use crate::http::extract::form::{self, BadBody};

/// The members of a JSON body.
pub struct Json<T>(pub T);

/// Why a body was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadJson {
    /// 413
    TooLarge,
    /// 415
    NotJson,
    /// Too slow, or broken off.
    Lost,
    /// Names the member.
    Missing(String),
    Malformed,
}

/// A JSON body, or none at all.
pub struct OrNothing<T>(pub Option<T>);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(take(request, payload, |sent| sent.members().map(Self)))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for OrNothing<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        Box::pin(take(request, payload, |sent| {
            if sent.bytes.is_empty() { Ok(Self(None)) } else { sent.members().map(|members| Self(Some(members))) }
        }))
    }
}

/// A body that has arrived.
struct Sent {
    is_json: bool,
    bytes: Bytes,
}

impl Sent {
    fn members<T: DeserializeOwned>(&self) -> Result<T, BadJson> {
        if self.is_json { parse(&self.bytes) } else { Err(BadJson::NotJson) }
    }
}

/// Reads a body and makes something of it; a refusal is the contract's own answer.
fn take<T, M: FnOnce(&Sent) -> Result<T, BadJson>>(
    request: &HttpRequest,
    payload: &mut Payload,
    make: M,
) -> impl Future<Output = Result<T, actix_web::Error>> + use<T, M> {
    let is_json = is_json(request);
    let mounted = request.app_data::<Data<Mounted>>().cloned();
    let body = form::read(request, payload);
    async move {
        let mounted = mounted.ok_or_else(|| ErrorInternalServerError("a body came outside of a mount"))?;
        let bytes = body.await.map_err(BadJson::from);
        bytes.and_then(|bytes| make(&Sent { is_json, bytes })).map_err(|bad| {
            let answer = (mounted.contract.refuse)(&Refused::Body(bad));
            InternalError::from_response("the body was not taken", answer).into()
        })
    }
}

/// Member names only: what stands in a body may be a password, and serde's own words quote it.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, BadJson> {
    // Serde takes the members' values in an array, too: no document does.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(BadJson::Malformed);
    }
    serde_json::from_slice(body).map_err(|error| {
        let text = error.to_string();
        let missing = text.strip_prefix("missing field `").and_then(|rest| rest.split_once('`'));
        missing.map_or(BadJson::Malformed, |(name, _)| BadJson::Missing(name.to_owned()))
    })
}

fn is_json(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).map(str::trim);
    essence.is_some_and(|text| text.eq_ignore_ascii_case("application/json"))
}

impl From<BadBody> for BadJson {
    fn from(bad: BadBody) -> Self {
        match bad {
            BadBody::TooLarge => Self::TooLarge,
            BadBody::Lost => Self::Lost,
            BadBody::Malformed(_) => Self::Malformed,
        }
    }
}

impl BadJson {
    /// What every contract says of it; each in its own shape.
    pub fn message(&self) -> String {
        match self {
            Self::TooLarge => "The request body is too large".to_owned(),
            Self::NotJson => "The Content-Type must be application/json".to_owned(),
            Self::Lost => "The request body did not arrive".to_owned(),
            Self::Missing(member) => format!("The member {member} is missing"),
            Self::Malformed => "The request body is not the JSON that this endpoint takes".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Login {
        email: String,
        password: String,
    }

    #[test]
    fn a_refused_body_is_never_quoted() {
        let bad = parse::<Login>(br#"{"email":"a@example.com","password":{"hunter2":1}}"#).unwrap_err();
        assert_eq!(bad, BadJson::Malformed);
        assert!(!bad.message().contains("hunter2"));
    }

    #[test]
    fn a_missing_member_is_named_and_a_double_one_refused() {
        assert_eq!(parse::<Login>(br#"{"email":"a"}"#).unwrap_err(), BadJson::Missing("password".to_owned()));
        assert_eq!(parse::<Login>(br#"{"email":"a","email":"b","password":"c"}"#).unwrap_err(), BadJson::Malformed);
    }

    #[test]
    fn an_array_of_values_is_no_object() {
        assert_eq!(parse::<Login>(br#"["a@example.com","hunter2"]"#).unwrap_err(), BadJson::Malformed);
    }

    #[test]
    fn deep_bodies_are_refused() {
        let deep = "[".repeat(100_000);
        assert_eq!(parse::<Login>(deep.as_bytes()).unwrap_err(), BadJson::Malformed);
    }
}

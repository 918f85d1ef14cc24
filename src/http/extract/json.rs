//! A JSON body: what it must be to be taken, whoever it came to.

use std::{fmt, marker::PhantomData};

use actix_web::{HttpRequest, dev::Payload, http::header, web::Bytes};
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::form::{self, BadBody};

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
    /// Names a member that nobody asked for.
    Unknown(String),
    /// Names a member whose value is of another type.
    Unfit(String),
    Malformed,
}

/// A body that has arrived.
pub struct Sent {
    is_json: bool,
    bytes: Bytes,
}

/// Waits for the body of a request, within the limits of size and time.
pub fn read(request: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<Sent, BadJson>> + use<> {
    let is_json = is_json(request);
    let body = form::read(request, payload);
    async move { Ok(Sent { is_json, bytes: body.await? }) }
}

impl Sent {
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub fn members<T: DeserializeOwned>(&self) -> Result<T, BadJson> {
        if self.is_json { parse(&self.bytes) } else { Err(BadJson::NotJson) }
    }
}

/// Member names only: what stands in a body may be a password, and serde's own words quote it.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, BadJson> {
    // Serde takes the members' values in an array, too: no document does.
    if !body.trim_ascii_start().starts_with(b"{") {
        return Err(BadJson::Malformed);
    }
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let (path, text) = (error.path().to_string(), error.inner().to_string());
        let named = |start: &str| text.strip_prefix(start).and_then(|rest| rest.split_once('`')).map(|(name, _)| name);
        match (named("missing field `"), named("unknown field `")) {
            (Some(name), _) => BadJson::Missing(name.to_owned()),
            (None, Some(name)) if is_name(name) => BadJson::Unknown(name.to_owned()),
            (None, None) if error.inner().is_data() && path.split('.').all(is_name) => BadJson::Unfit(path),
            _ => BadJson::Malformed,
        }
    })?;
    deserializer.end().map_err(|_more| BadJson::Malformed)?;
    Ok(parsed)
}

/// An object within a body: serde takes members' values in an array there, too.
#[derive(Debug, Default)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Members<T> {
            type Value = T;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
                T::deserialize(MapAccessDeserializer::new(members))
            }
        }

        deserializer.deserialize_map(Members(PhantomData)).map(Self)
    }
}

/// What was sent where a name belongs may be anything.
fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_json(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|text| text.split(';').next()).map(str::trim);
    let known = ["application/json", "application/merge-patch+json"];
    essence.is_some_and(|text| known.iter().any(|known| text.eq_ignore_ascii_case(known)))
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
            Self::Unknown(member) => format!("There is no member {member}"),
            Self::Unfit(member) => format!("The value of {member} is not one that it takes"),
            Self::Malformed => "The request body is not the JSON that this endpoint takes".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Login {
        email: String,
        password: String,
    }

    #[test]
    fn a_refused_body_is_never_quoted() {
        let bad = parse::<Login>(br#"{"email":"a@example.com","password":{"hunter2":1}}"#).unwrap_err();
        assert_eq!(bad, BadJson::Unfit("password".to_owned()));
        assert!(!bad.message().contains("hunter2"));
    }

    #[test]
    fn a_missing_member_is_named_and_a_double_one_refused() {
        assert_eq!(parse::<Login>(br#"{"email":"a"}"#).unwrap_err(), BadJson::Missing("password".to_owned()));
        assert_eq!(parse::<Login>(br#"{"email":"a","email":"b","password":"c"}"#).unwrap_err(), BadJson::Malformed);
    }

    #[test]
    fn nothing_follows_the_object() {
        let login = br#"{"email":"a","password":"c"} {}"#;
        assert_eq!(parse::<Login>(login).unwrap_err(), BadJson::Malformed);
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

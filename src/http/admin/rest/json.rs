//! The JSON body of a REST request. A member that nobody asked for is refused: a typing error must not look like success.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::problem::Problem;
use crate::http::extract::json;

/// The members of a JSON body.
pub(super) struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = json::read(request, payload);
        Box::pin(async move { Ok(Self(body.await?.members()?)) })
    }
}

/// A member that can be left out (`None`), or set to null (`Some(None)`): RFC 7396.
#[expect(clippy::option_option, reason = "what serde's `default` and null come to")]
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

//! The JSON body of a REST request. A member that nobody asked for is refused: a typing error must not look like success.

use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use super::{call::Call, problem::Problem};
use crate::http::extract::json;

/// Who calls, and the members of the JSON body: nobody's body is read.
pub(super) struct Sent<T>(pub Call, pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let call = Call::extract(&request).await?;
            let body = json::read(&request, &mut payload).await.map_err(Problem::from)?;
            Ok(Self(call, body.members().map_err(Problem::from)?))
        })
    }
}

/// A member that can be left out (`None`), or set to null (`Some(None)`): RFC 7396.
#[expect(clippy::option_option, reason = "what serde's `default` and null come to")]
pub(super) fn nullable<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

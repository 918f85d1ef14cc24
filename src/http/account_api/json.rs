//! A JSON body, refused in the words of the contract that it came to.

use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    error::{ErrorInternalServerError, InternalError},
    web::Data,
};
use serde::de::DeserializeOwned;

use super::{Refused, mounts::Mounted};
use crate::http::extract::json::{self, BadJson, Sent};

/// The members of a JSON body.
pub struct Json<T>(pub T);

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
            if sent.is_empty() { Ok(Self(None)) } else { sent.members().map(|members| Self(Some(members))) }
        }))
    }
}

/// Reads a body and makes something of it; a refusal is the contract's own answer.
fn take<T, M: FnOnce(&Sent) -> Result<T, BadJson>>(
    request: &HttpRequest,
    payload: &mut Payload,
    make: M,
) -> impl Future<Output = Result<T, actix_web::Error>> + use<T, M> {
    let mounted = request.app_data::<Data<Mounted>>().cloned();
    let body = json::read(request, payload);
    async move {
        let mounted = mounted.ok_or_else(|| ErrorInternalServerError("a body came outside of a mount"))?;
        body.await.and_then(|sent| make(&sent)).map_err(|bad| {
            let answer = (mounted.contract.refuse)(&Refused::Body(bad));
            InternalError::from_response("the body was not taken", answer).into()
        })
    }
}

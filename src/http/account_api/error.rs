//! What a handler of an account API ends with where it has no answer.

use std::{fmt, marker::PhantomData};

use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

use super::{
    Refused,
    said::{self, Said},
};

/// The body in which a contract says no.
pub trait ErrorShape: Serialize + fmt::Debug + 'static {
    fn new(refused: &Refused, said: Said) -> Self;
}

/// A refusal on its way to a contract's own words.
#[derive(Debug)]
pub struct Error<S> {
    refused: Refused,
    shape: PhantomData<S>,
}

/// Says no in a contract's shape.
pub fn refuse<S: ErrorShape>(refused: &Refused) -> HttpResponse {
    let said = said::of(refused);
    said.answer().json(S::new(refused, said))
}

impl<S, E: Into<Refused>> From<E> for Error<S> {
    fn from(refused: E) -> Self {
        Self { refused: refused.into(), shape: PhantomData }
    }
}

impl<S> fmt::Display for Error<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl<S: ErrorShape> ResponseError for Error<S> {
    fn error_response(&self) -> HttpResponse {
        refuse::<S>(&self.refused)
    }
}

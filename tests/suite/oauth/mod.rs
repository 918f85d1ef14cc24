//! One file per endpoint.

mod authorize;
mod token;

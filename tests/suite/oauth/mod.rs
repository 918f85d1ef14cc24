//! One file per endpoint.

mod authorize;
mod logout;
mod token;

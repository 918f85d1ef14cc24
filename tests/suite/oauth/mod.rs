//! One file per endpoint.

mod token;

//! Administration by HTTP: the REST API for programs, the console for people. Both are doors to `services::admin`.

pub mod console;
pub mod rest;

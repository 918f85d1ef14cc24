//! The protocol's endpoints, a file each; `error.rs` knows how each kind of refusal is said.

pub mod authorize;
pub mod cors;
pub mod discovery;
pub mod error;
pub mod introspect;
pub mod jwks;
pub mod logout;
pub mod revoke;
pub mod token;
pub mod userinfo;

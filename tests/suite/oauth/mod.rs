//! One file per endpoint, and per subject that several of them share.

mod api_key;
mod authorize;
mod client_auth;
mod client_credentials;
mod code;
mod cors;
mod discovery;
mod edge;
mod health;
mod introspect;
mod jwks;
mod logout;
mod refresh;
mod refused;
mod resource;
mod revoke;
mod token;
mod tokens;
mod usage;
mod userinfo;

//! OAuth 2.0 and OpenID Connect as values: pure, without IO or clock.

pub mod claims;
pub mod client_auth;
pub mod pkce;
pub mod scope;
pub mod token;

//! The endpoints of OAuth 2.0 and OpenID Connect as use cases, one file each.

pub mod authorize;
pub mod bearer;
pub mod browser;
pub mod claims;
pub mod cors;
pub mod destination;
pub mod discovery;
pub mod interaction;
pub mod introspect;
pub mod logout;
pub mod revoke;
pub mod standing;
pub mod token;
pub mod userinfo;

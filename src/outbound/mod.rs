//! The only folder that opens connections to others.

pub mod fetch;
pub mod ldap;
pub mod loopback;
pub mod mail;
pub mod oidc;

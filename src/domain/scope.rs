//! The registries: scopes with the words a person reads, and the resource servers they belong to.

use super::time::Timestamp;

/// A scope that a client may ask for, and how the consent page explains it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredScope {
    pub name: String,
    pub description: String,
    /// The resource server that the scope belongs to; `None` fits every one.
    pub resource: Option<String>,
    pub created_at: Timestamp,
}

/// A protected resource: an absolute URI that may stand in `resource` and `aud` (RFC 8707 §2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub identifier: String,
    pub name: String,
    pub created_at: Timestamp,
}

/// OpenID Connect's own scopes, with the words of our consent page.
pub const OPENID_SCOPES: &[(&str, &str)] = &[
    ("openid", "Confirm who you are"),
    ("profile", "See your name, picture and locale"),
    ("email", "See your e-mail address"),
    ("address", "See your postal address"),
    ("phone", "See your phone number"),
    ("offline_access", "Keep access while you are away"),
];

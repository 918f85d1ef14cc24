//! OAuth clients.

use std::fmt;

use super::{
    ids::{ClientSecretId, UserId},
    secret::SecretDigest,
    time::Timestamp,
};
use crate::protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType};

/// A client's name on the wire: 1 to 128 printable ASCII characters, not shaped like a user id (RFC 9068 §5).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ClientId(String);

/// A registered client; the secrets stand beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    pub id: ClientId,
    pub name: String,
    pub kind: ClientKind,
    pub party: Party,
    pub status: ClientStatus,
    /// How it may authenticate at `/token`; a confidential client is registered for both ways of sending a secret unless told otherwise.
    pub auth_methods: Vec<AuthMethod>,
    pub redirect_uris: Vec<String>,
    pub post_logout_redirect_uris: Vec<String>,
    pub grants: Vec<GrantType>,
    /// The scopes it may ask for.
    pub scope: Scope,
    /// The resource servers it may ask tokens for (RFC 8707).
    pub resources: Vec<String>,
    /// The audience of its tokens when it names no `resource`.
    pub default_resource: Option<String>,
    /// The resources it is the server of: it may introspect tokens with this audience.
    pub resource_server: Vec<String>,
    pub pkce: PkcePolicy,
    pub refresh: RefreshPolicy,
    /// The life of its access tokens where it differs from the setting.
    pub access_seconds: Option<i64>,
    /// Browser origins that may read its answers; by default those of a public client's redirect URIs.
    pub cors_origins: Vec<String>,
    pub logo_uri: Option<String>,
    pub policy_uri: Option<String>,
    pub tos_uri: Option<String>,
    /// Who manages it, beside those who administer every client.
    pub owner: Option<UserId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// One of a client's secrets. Two may be valid at once, so that rotation needs no downtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientSecret {
    pub id: ClientSecretId,
    pub client_id: ClientId,
    pub digest: SecretDigest,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientKind {
    Confidential,
    Public,
}

/// Whose client it is: a first-party client is not asked about on the consent page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    First,
    Third,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientStatus {
    Enabled,
    Disabled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PkcePolicy {
    Required,
    Optional,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshPolicy {
    Rotate,
    /// The same refresh token for the family's life: FAPI 2.0 wants it of confidential clients.
    Static,
}

impl ClientId {
    pub fn parse(text: &str) -> Option<Self> {
        let fits =
            (1..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) && !text.starts_with("usr_");
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Client {
    pub fn is_enabled(&self) -> bool {
        self.status == ClientStatus::Enabled
    }

    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grants.contains(&grant)
    }
}

impl ClientKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confidential => "confidential",
            Self::Public => "public",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Confidential, Self::Public].into_iter().find(|kind| kind.as_str() == text)
    }
}

impl PkcePolicy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Required, Self::Optional].into_iter().find(|policy| policy.as_str() == text)
    }
}

impl RefreshPolicy {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Static => "static",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Rotate, Self::Static].into_iter().find(|policy| policy.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9068 §5: a client must not be able to choose an id that passes for a user.
    #[test]
    fn a_client_id_does_not_look_like_a_user_id() {
        assert_eq!(ClientId::parse("usr_0069216f00"), None);
        assert!(ClientId::parse("my-app").is_some());
        assert_eq!(ClientId::parse("two words"), None);
        assert_eq!(ClientId::parse(""), None);
    }
}

//! The JSON of clients: RFC 7591's and OpenID Connect Registration's names where they have one.

use serde::Serialize;

use crate::{
    domain::{
        self,
        client::{ClientSecret, ClientStatus, Party},
        secret,
        time::Timestamp,
        usage::ClientUsage,
    },
    services::admin::clients::{Ends, RotatedSecret},
};

#[expect(clippy::struct_field_names, reason = "RFC 7591 §2 names them")]
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Client {
    client_id: String,
    client_name: String,
    /// `confidential` or `public` (RFC 6749 §2.1)
    kind: &'static str,
    /// Only in the answer that made it
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    /// 0: it does not expire (RFC 7591 §3.2.1)
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret_expires_at: Option<i64>,
    enabled: bool,
    /// Its users are not asked for consent
    first_party: bool,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    grant_types: Vec<&'static str>,
    /// The scopes it may ask for, separated by spaces
    scope: String,
    /// The ways in which it may authenticate at `/token`
    token_endpoint_auth_methods: Vec<&'static str>,
    /// `required` or `optional`
    pkce: &'static str,
    /// `rotate` or `static`
    refresh: &'static str,
    /// The resources it may ask tokens for (RFC 8707)
    resources: Vec<String>,
    default_resource: Option<String>,
    /// The resources it is the server of: it may introspect their tokens
    resource_server: Vec<String>,
    /// The life of its access tokens; null is the server's setting
    access_seconds: Option<i64>,
    cors_origins: Vec<String>,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    /// The user who manages it
    owner: Option<String>,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    updated_at: String,
}

/// A secret without the secret.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Secret {
    id: String,
    #[schema(format = DateTime)]
    created_at: String,
    /// Null: it does not expire
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct SecretMade {
    id: String,
    client_id: String,
    client_secret: String,
    /// 0: it does not expire (RFC 7591 §3.2.1)
    client_secret_expires_at: i64,
    /// Null: no other secret is good any more
    #[schema(format = DateTime)]
    previous_valid_until: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Usage {
    /// The oldest first
    days: Vec<Day>,
    #[schema(format = DateTime)]
    last_used: Option<String>,
    /// What ends if the client is deleted: live grants, their people, and the sessions they were made in
    grants: i64,
    people: i64,
    sessions: i64,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in super::super) struct Day {
    #[schema(format = Date)]
    date: String,
    /// Answers of `/token`
    tokens: i64,
}

impl Client {
    /// With the secret that is shown this once.
    pub(super) fn made(client: &domain::client::Client, secret: Option<&secret::Secret<String>>) -> Self {
        Self {
            client_secret: secret.map(|secret| secret.reveal().clone()),
            client_secret_expires_at: secret.map(|_| 0),
            ..Self::from(client)
        }
    }
}

impl From<&domain::client::Client> for Client {
    fn from(client: &domain::client::Client) -> Self {
        let client = client.clone();
        Self {
            client_id: client.id.to_string(),
            client_name: client.name,
            kind: client.kind.as_str(),
            client_secret: None,
            client_secret_expires_at: None,
            enabled: client.status == ClientStatus::Enabled,
            first_party: client.party == Party::First,
            redirect_uris: client.redirect_uris,
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            grant_types: client.grants.iter().map(|grant| grant.as_str()).collect(),
            scope: client.scope.to_string(),
            token_endpoint_auth_methods: client.auth_methods.iter().map(|method| method.as_str()).collect(),
            pkce: client.pkce.as_str(),
            refresh: client.refresh.as_str(),
            resources: client.resources,
            default_resource: client.default_resource,
            resource_server: client.resource_server,
            access_seconds: client.access_seconds,
            cors_origins: client.cors_origins,
            logo_uri: client.logo_uri,
            policy_uri: client.policy_uri,
            tos_uri: client.tos_uri,
            owner: client.owner.map(|owner| owner.as_str().to_owned()),
            created_at: client.created_at.rfc3339(),
            updated_at: client.updated_at.rfc3339(),
        }
    }
}

impl From<&ClientSecret> for Secret {
    fn from(secret: &ClientSecret) -> Self {
        Self {
            id: secret.id.as_str().to_owned(),
            created_at: secret.created_at.rfc3339(),
            expires_at: secret.expires_at.map(Timestamp::rfc3339),
        }
    }
}

impl From<&RotatedSecret> for SecretMade {
    fn from(rotated: &RotatedSecret) -> Self {
        Self {
            id: rotated.id.as_str().to_owned(),
            client_id: rotated.client_id.to_string(),
            client_secret: rotated.secret.reveal().clone(),
            client_secret_expires_at: 0,
            previous_valid_until: rotated.previous_until.map(Timestamp::rfc3339),
        }
    }
}

impl Usage {
    pub(super) fn of(usage: &ClientUsage, ends: &Ends) -> Self {
        Self {
            days: usage.days.iter().map(|(day, tokens)| Day { date: date(*day), tokens: *tokens }).collect(),
            last_used: usage.last_used.map(Timestamp::rfc3339),
            grants: ends.grants,
            people: ends.people,
            sessions: ends.sessions,
        }
    }
}

fn date(day: i64) -> String {
    let text = Timestamp::from_unix(day.saturating_mul(86_400)).rfc3339();
    text.chars().take(10).collect()
}

//! The JSON of clients: RFC 7591's and OpenID Connect Registration's names where they have one.

use serde::{Deserialize, Serialize};

use super::super::{json::nullable, problem::Problem};
use crate::{
    domain::{
        self,
        client::{ClientKind, ClientSecret, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        secret,
        time::{Seconds, Timestamp},
        usage::ClientUsage,
    },
    protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType},
    services::admin::{
        AdminError,
        clients::{ClientMembers, Ends, NewClient, RotatedSecret},
    },
};

/// How long the secret before a rotation works on unless told otherwise: a day.
const USUAL_OVERLAP: i64 = 86_400;

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

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct ClientToCreate {
    /// Made at random unless given
    client_id: Option<String>,
    /// At least 32 characters; made at random unless given
    client_secret: Option<String>,
    #[schema(required)]
    client_name: String,
    /// `confidential` (unless told otherwise) or `public`
    kind: Option<String>,
    enabled: Option<bool>,
    first_party: Option<bool>,
    redirect_uris: Option<Vec<String>>,
    post_logout_redirect_uris: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    scope: Option<String>,
    token_endpoint_auth_methods: Option<Vec<String>>,
    pkce: Option<String>,
    refresh: Option<String>,
    resources: Option<Vec<String>>,
    default_resource: Option<String>,
    resource_server: Option<Vec<String>>,
    access_seconds: Option<i64>,
    cors_origins: Option<Vec<String>>,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    /// A user by id, address or username
    owner: Option<String>,
}

/// What is left out stays as it is.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct ClientChange {
    client_name: Option<String>,
    enabled: Option<bool>,
    first_party: Option<bool>,
    redirect_uris: Option<Vec<String>>,
    post_logout_redirect_uris: Option<Vec<String>>,
    grant_types: Option<Vec<String>>,
    scope: Option<String>,
    token_endpoint_auth_methods: Option<Vec<String>>,
    pkce: Option<String>,
    refresh: Option<String>,
    resources: Option<Vec<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    default_resource: Option<Option<String>>,
    resource_server: Option<Vec<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<i64>)]
    access_seconds: Option<Option<i64>>,
    cors_origins: Option<Vec<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    logo_uri: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    policy_uri: Option<Option<String>>,
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    tos_uri: Option<Option<String>>,
    /// A user by id, address or username; null leaves it to every administrator
    #[serde(deserialize_with = "nullable")]
    #[schema(value_type = Option<String>)]
    owner: Option<Option<String>>,
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

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Rotation {
    /// How long the secret before works on: a day unless told otherwise, 0 ends it at once
    #[schema(minimum = 0, maximum = 31_536_000, default = 86_400)]
    overlap_seconds: Option<i64>,
    /// At least 32 characters; made at random unless given
    pub(super) client_secret: Option<String>,
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

impl ClientToCreate {
    pub(super) fn wish(self) -> Result<NewClient, Problem> {
        let kind = match &self.kind {
            Some(text) => word("kind", text, ClientKind::parse)?,
            None => ClientKind::Confidential,
        };
        Ok(NewClient {
            id: self.client_id.clone(),
            secret: self.client_secret.clone().map(secret::Secret::new),
            kind,
            members: self.change().members()?,
        })
    }

    fn change(self) -> ClientChange {
        ClientChange {
            client_name: Some(self.client_name),
            enabled: self.enabled,
            first_party: self.first_party,
            redirect_uris: self.redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            grant_types: self.grant_types,
            scope: self.scope,
            token_endpoint_auth_methods: self.token_endpoint_auth_methods,
            pkce: self.pkce,
            refresh: self.refresh,
            resources: self.resources,
            default_resource: self.default_resource.map(Some),
            resource_server: self.resource_server,
            access_seconds: self.access_seconds.map(Some),
            cors_origins: self.cors_origins,
            logo_uri: self.logo_uri.map(Some),
            policy_uri: self.policy_uri.map(Some),
            tos_uri: self.tos_uri.map(Some),
            owner: self.owner.map(Some),
        }
    }
}

impl ClientChange {
    pub(super) fn members(self) -> Result<ClientMembers, Problem> {
        let status = |enabled| if enabled { ClientStatus::Enabled } else { ClientStatus::Disabled };
        let party = |first| if first { Party::First } else { Party::Third };
        Ok(ClientMembers {
            name: self.client_name,
            party: self.first_party.map(party),
            status: self.enabled.map(status),
            auth_methods: words("token_endpoint_auth_methods", self.token_endpoint_auth_methods, AuthMethod::parse)?,
            redirect_uris: self.redirect_uris,
            post_logout_redirect_uris: self.post_logout_redirect_uris,
            grants: words("grant_types", self.grant_types, GrantType::parse)?,
            scope: self.scope.map(|text| scope(&text)).transpose()?,
            resources: self.resources,
            default_resource: cleared(self.default_resource),
            resource_server: self.resource_server,
            pkce: self.pkce.map(|text| word("pkce", &text, PkcePolicy::parse)).transpose()?,
            refresh: self.refresh.map(|text| word("refresh", &text, RefreshPolicy::parse)).transpose()?,
            access_seconds: self.access_seconds.map(Option::unwrap_or_default),
            cors_origins: self.cors_origins,
            logo_uri: cleared(self.logo_uri),
            policy_uri: cleared(self.policy_uri),
            tos_uri: cleared(self.tos_uri),
            owner: cleared(self.owner),
        })
    }
}

impl Rotation {
    pub(super) fn overlap(&self) -> Result<Seconds, Problem> {
        let seconds = self.overlap_seconds.unwrap_or(USUAL_OVERLAP);
        let fits = (0..=31_536_000).contains(&seconds);
        if fits { Ok(Seconds(seconds)) } else { Err(unfit("overlap_seconds", "must lie between 0 and 31536000")) }
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

/// How the service's word for a member stands in the JSON.
pub(super) fn member(what: &'static str) -> &'static str {
    match what {
        "name" => "client_name",
        "client id" => "client_id",
        "client secret" => "client_secret",
        "redirect URI" => "redirect_uris",
        "post-logout redirect URI" => "post_logout_redirect_uris",
        "CORS origin" => "cors_origins",
        "logo URI" => "logo_uri",
        "policy URI" => "policy_uri",
        "terms URI" => "tos_uri",
        "grant" => "grant_types",
        "auth method" => "token_endpoint_auth_methods",
        "resource" => "resources",
        "default resource" => "default_resource",
        "resource server" => "resource_server",
        "access seconds" => "access_seconds",
        other => other,
    }
}

/// Null clears; so does an empty text.
fn cleared(given: Option<Option<String>>) -> Option<String> {
    given.map(Option::unwrap_or_default)
}

fn word<T>(member: &'static str, text: &str, parse: fn(&str) -> Option<T>) -> Result<T, Problem> {
    parse(text).ok_or_else(|| unfit(member, &format!("{text:?} is not possible")))
}

fn words<T>(
    member: &'static str,
    texts: Option<Vec<String>>,
    parse: fn(&str) -> Option<T>,
) -> Result<Option<Vec<T>>, Problem> {
    texts.map(|texts| texts.iter().map(|text| word(member, text, parse)).collect()).transpose()
}

/// An empty one asks for nothing.
fn scope(text: &str) -> Result<Scope, Problem> {
    if text.is_empty() {
        return Ok(Scope::default());
    }
    Scope::parse(text)
        .ok_or_else(|| unfit("scope", "must be words of visible ASCII, one space between (RFC 6749 §3.3)"))
}

fn unfit(what: &'static str, reason: &str) -> Problem {
    AdminError::Unfit { what, reason: reason.to_owned() }.into()
}

fn date(day: i64) -> String {
    let text = Timestamp::from_unix(day.saturating_mul(86_400)).rfc3339();
    text.chars().take(10).collect()
}

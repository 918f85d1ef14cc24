//! What requests say of clients: RFC 7591's and OpenID Connect Registration's names where they have one.

use serde::Deserialize;

use super::super::{json::nullable, problem::Problem};
use crate::{
    domain::{
        client::{ClientKind, ClientStatus, Party, PkcePolicy, RefreshPolicy},
        secret,
        time::Seconds,
    },
    protocol::{client_auth::AuthMethod, scope::Scope, token::GrantType},
    services::admin::{
        AdminError,
        clients::{ClientMembers, NewClient},
    },
};

/// How long the secret before a rotation works on unless told otherwise: a day.
const USUAL_OVERLAP: i64 = 86_400;

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
#[expect(clippy::option_option, reason = "null clears, and what is left out stays: RFC 7396")]
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

#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Rotation {
    /// How long the secret before works on: a day unless told otherwise, 0 ends it at once
    #[schema(minimum = 0, maximum = 31_536_000, default = 86_400)]
    overlap_seconds: Option<i64>,
    /// At least 32 characters; made at random unless given
    pub(super) client_secret: Option<String>,
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
#[expect(clippy::option_option, reason = "as it was sent")]
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

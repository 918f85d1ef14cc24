//! The answers of the commands: JSON for programs (RFC 7591's names where it has them), text for people.

use std::fmt;

use serde::Serialize;

use super::{
    list::more,
    output::{Sheet, Table},
};
use crate::{
    domain::{
        client::{Client, ClientSecret, Party},
        time::Timestamp,
        user::{Address, User},
    },
    protocol::{client_auth::AuthMethod, token::GrantType},
    services::admin::clients::{CreatedClient, RotatedSecret, ShownClient},
    store::{page::Page, purge::Purged},
};

/// A client, and what was done to it.
#[derive(Serialize)]
pub(super) struct ClientShape {
    #[serde(skip)]
    sentence: String,
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
    client_name: String,
    kind: &'static str,
    first_party: bool,
    enabled: bool,
    token_endpoint_auth_methods: Vec<&'static str>,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    grant_types: Vec<&'static str>,
    scope: String,
    pkce: &'static str,
    refresh: &'static str,
    resources: Vec<String>,
    default_resource: Option<String>,
    resource_server: Vec<String>,
    access_seconds: Option<i64>,
    cors_origins: Vec<String>,
    logo_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    owner: Option<String>,
    created_at: String,
    updated_at: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<SecretShape>,
}

/// One of a client's secrets, without the secret.
#[derive(Serialize)]
struct SecretShape {
    id: String,
    created_at: String,
    expires_at: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ClientList {
    clients: Vec<ClientShape>,
    next: Option<String>,
}

#[derive(Serialize)]
pub(super) struct RotatedShape {
    client_id: String,
    client_secret: String,
    previous_valid_until: Option<String>,
}

/// A user; members are named as the claims are (OpenID Connect Core §5.1).
#[derive(Serialize)]
pub(super) struct UserShape {
    #[serde(skip)]
    sentence: String,
    id: String,
    username: String,
    email: Option<String>,
    email_verified: bool,
    status: &'static str,
    role: &'static str,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    picture: Option<String>,
    locale: Option<String>,
    zoneinfo: Option<String>,
    phone_number: Option<String>,
    address: Option<Address>,
    created_at: String,
    updated_at: String,
}

#[derive(Serialize)]
pub(super) struct UserList {
    users: Vec<UserShape>,
    next: Option<String>,
}

/// What is there no more.
#[derive(Serialize)]
pub(super) struct Deleted {
    #[serde(skip)]
    pub(super) what: &'static str,
    pub(super) deleted: String,
}

/// How many rows went.
#[derive(Serialize)]
pub(super) struct PurgedShape {
    sessions: usize,
    grants: usize,
    revoked_tokens: usize,
    client_secrets: usize,
    one_time_tokens: usize,
    api_keys: usize,
    letters: usize,
    rate_counters: usize,
    client_usage: usize,
    audit_events: usize,
}

impl ClientShape {
    pub(super) fn created(created: &CreatedClient) -> Self {
        let secret = created.secret.as_ref().map(|secret| secret.reveal().clone());
        let sentence = match secret {
            Some(_) => "Registered the client. Its secret is shown only now:\n\n",
            None => "Registered the client.\n\n",
        };
        Self { client_secret: secret, sentence: sentence.to_owned(), ..Self::from(&created.client) }
    }

    pub(super) fn updated(client: &Client) -> Self {
        Self { sentence: "Changed the client.\n\n".to_owned(), ..Self::from(client) }
    }

    pub(super) fn shown(shown: &ShownClient) -> Self {
        Self { secrets: shown.secrets.iter().map(SecretShape::from).collect(), ..Self::from(&shown.client) }
    }
}

impl From<&Client> for ClientShape {
    fn from(client: &Client) -> Self {
        let client = client.clone();
        Self {
            sentence: String::new(),
            client_secret: None,
            first_party: client.party == Party::First,
            enabled: client.is_enabled(),
            client_id: client.id.to_string(),
            client_name: client.name,
            kind: client.kind.as_str(),
            token_endpoint_auth_methods: client.auth_methods.into_iter().map(AuthMethod::as_str).collect(),
            redirect_uris: client.redirect_uris,
            post_logout_redirect_uris: client.post_logout_redirect_uris,
            grant_types: client.grants.into_iter().map(GrantType::as_str).collect(),
            scope: client.scope.to_string(),
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
            secrets: Vec::new(),
        }
    }
}

impl From<&ClientSecret> for SecretShape {
    fn from(secret: &ClientSecret) -> Self {
        Self {
            id: secret.id.to_string(),
            created_at: secret.created_at.rfc3339(),
            expires_at: secret.expires_at.map(Timestamp::rfc3339),
        }
    }
}

impl From<&Page<Client>> for ClientList {
    fn from(page: &Page<Client>) -> Self {
        Self { clients: page.items.iter().map(ClientShape::from).collect(), next: page.next.clone() }
    }
}

impl From<&RotatedSecret> for RotatedShape {
    fn from(rotated: &RotatedSecret) -> Self {
        Self {
            client_id: rotated.client_id.to_string(),
            client_secret: rotated.secret.reveal().clone(),
            previous_valid_until: rotated.previous_until.map(Timestamp::rfc3339),
        }
    }
}

impl From<Purged> for PurgedShape {
    fn from(purged: Purged) -> Self {
        Self {
            sessions: purged.sessions,
            grants: purged.grants,
            revoked_tokens: purged.revoked_tokens,
            client_secrets: purged.client_secrets,
            one_time_tokens: purged.one_time_tokens,
            api_keys: purged.api_keys,
            letters: purged.letters,
            rate_counters: purged.rate_counters,
            client_usage: purged.client_usage,
            audit_events: purged.audit_events,
        }
    }
}

impl UserShape {
    pub(super) fn told(act: &str, user: &User) -> Self {
        Self { sentence: format!("{act} {}.\n\n", user.display_name()), ..Self::from(user) }
    }
}

impl From<&User> for UserShape {
    fn from(user: &User) -> Self {
        let user = user.clone();
        Self {
            sentence: String::new(),
            id: user.id.to_string(),
            username: user.username,
            email: user.email,
            email_verified: user.email_verified,
            status: user.status.as_str(),
            role: user.role.as_str(),
            name: user.profile.name,
            given_name: user.profile.given_name,
            family_name: user.profile.family_name,
            picture: user.profile.picture,
            locale: user.profile.locale,
            zoneinfo: user.profile.zoneinfo,
            phone_number: user.profile.phone_number,
            address: user.profile.address,
            created_at: user.created_at.rfc3339(),
            updated_at: user.updated_at.rfc3339(),
        }
    }
}

impl From<&Page<User>> for UserList {
    fn from(page: &Page<User>) -> Self {
        Self { users: page.items.iter().map(UserShape::from).collect(), next: page.next.clone() }
    }
}

impl fmt::Display for ClientShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secrets = self.secrets.iter().map(|secret| {
            let end = secret.expires_at.as_deref().map_or_else(String::new, |end| format!(", ends {end}"));
            format!("{} made {}{end}", secret.id, secret.created_at)
        });
        let sheet = Sheet::default()
            .with("client_id", &self.client_id)
            .with("client_secret", self.client_secret.as_deref().unwrap_or_default())
            .with("name", &self.client_name)
            .with("kind", self.kind)
            .with("consent", if self.first_party { "not asked (first party)" } else { "asked" })
            .with("state", if self.enabled { "" } else { "disabled" })
            .with("auth methods", self.token_endpoint_auth_methods.join(" "))
            .with("grants", self.grant_types.join(" "))
            .with("scope", &self.scope)
            .with("pkce", self.pkce)
            .with("refresh", self.refresh)
            .with_each("redirect URIs", &self.redirect_uris)
            .with_each("after sign-out", &self.post_logout_redirect_uris)
            .with_each("resources", &self.resources)
            .with("default resource", self.default_resource.as_deref().unwrap_or_default())
            .with_each("server of", &self.resource_server)
            .with("access seconds", self.access_seconds.map(|n| n.to_string()).unwrap_or_default())
            .with_each("CORS origins", &self.cors_origins)
            .with("logo", self.logo_uri.as_deref().unwrap_or_default())
            .with("privacy policy", self.policy_uri.as_deref().unwrap_or_default())
            .with("terms", self.tos_uri.as_deref().unwrap_or_default())
            .with("owner", self.owner.as_deref().unwrap_or_default())
            .with_each("secrets", secrets)
            .with("created", &self.created_at)
            .with("changed", &self.updated_at);
        write!(f, "{}{sheet}", self.sentence)
    }
}

impl fmt::Display for ClientList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["CLIENT", "NAME", "KIND", "STATE", "GRANTS"]);
        for client in &self.clients {
            let state = if client.enabled { "enabled" } else { "disabled" };
            let grants = client.grant_types.join(" ");
            table.row(&[&client.client_id, &client.client_name, &client.kind, &state, &grants]);
        }
        write!(f, "{table}{}", more(self.next.as_deref()))
    }
}

impl fmt::Display for RotatedShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let until = self.previous_valid_until.as_deref().unwrap_or("now");
        let sheet = Sheet::default()
            .with("client_id", &self.client_id)
            .with("client_secret", &self.client_secret)
            .with("old one ends", until);
        write!(f, "The new secret is shown only now:\n\n{sheet}")
    }
}

impl UserShape {
    pub(super) fn sheet(&self) -> Sheet {
        let verified = if self.email_verified { "" } else { " (not verified)" };
        let email = self.email.as_ref().map_or_else(String::new, |email| format!("{email}{verified}"));
        let said = |text: &Option<String>| text.clone().unwrap_or_default();
        Sheet::default()
            .with("id", &self.id)
            .with("e-mail", email)
            .with("username", &self.username)
            .with("name", said(&self.name))
            .with("status", self.status)
            .with("role", self.role)
            .with("given name", said(&self.given_name))
            .with("family name", said(&self.family_name))
            .with("phone", said(&self.phone_number))
            .with("locale", said(&self.locale))
            .with("picture", said(&self.picture))
            .with("time zone", said(&self.zoneinfo))
            .with("created", &self.created_at)
    }
}

impl fmt::Display for UserShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.sentence, self.sheet())
    }
}

impl fmt::Display for UserList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&["USER", "E-MAIL", "USERNAME", "NAME", "STATUS", "ROLE"]);
        for user in &self.users {
            let (email, name) = (user.email.as_deref().unwrap_or("-"), user.name.as_deref().unwrap_or("-"));
            table.row(&[&user.id, &email, &user.username, &name, &user.status, &user.role]);
        }
        write!(f, "{table}{}", more(self.next.as_deref()))
    }
}

impl fmt::Display for Deleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Deleted the {} {}.", self.what, self.deleted)
    }
}

impl fmt::Display for PurgedShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sessions, grants, revoked_tokens, client_secrets, .. } = self;
        let Self { one_time_tokens, api_keys, letters, rate_counters, client_usage, audit_events, .. } = self;
        write!(
            f,
            "Deleted {sessions} sessions, {grants} grants, {revoked_tokens} revoked tokens, {client_secrets} client secrets, \
             {one_time_tokens} one-time tokens, {api_keys} API keys, {letters} letters, {rate_counters} rate counters, {client_usage} days of clients' usage and {audit_events} entries of the audit log."
        )
    }
}

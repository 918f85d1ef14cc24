//! What a change of a client changed, by name: for the audit log.

use crate::domain::client::Client;

/// The members that differ.
pub(super) fn names(before: &Client, after: &Client) -> Vec<&'static str> {
    // Whole, so that a new member is not forgotten here.
    let Client {
        name,
        party,
        status,
        auth_methods,
        redirect_uris,
        post_logout_redirect_uris,
        grants,
        scope,
        resources,
        default_resource,
        resource_server,
        pkce,
        refresh,
        access_seconds,
        cors_origins,
        logo_uri,
        policy_uri,
        tos_uri,
        owner,
        id: _,
        kind: _,
        created_at: _,
        updated_at: _,
    } = after;
    let members = [
        ("name", before.name == *name),
        ("first_party", before.party == *party),
        ("enabled", before.status == *status),
        ("auth_methods", before.auth_methods == *auth_methods),
        ("redirect_uris", before.redirect_uris == *redirect_uris),
        ("post_logout_redirect_uris", before.post_logout_redirect_uris == *post_logout_redirect_uris),
        ("grant_types", before.grants == *grants),
        ("scope", before.scope == *scope),
        ("resources", before.resources == *resources),
        ("default_resource", before.default_resource == *default_resource),
        ("resource_server", before.resource_server == *resource_server),
        ("pkce", before.pkce == *pkce),
        ("refresh", before.refresh == *refresh),
        ("access_seconds", before.access_seconds == *access_seconds),
        ("cors_origins", before.cors_origins == *cors_origins),
        ("logo_uri", before.logo_uri == *logo_uri),
        ("policy_uri", before.policy_uri == *policy_uri),
        ("tos_uri", before.tos_uri == *tos_uri),
        ("owner", before.owner == *owner),
    ];
    members.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

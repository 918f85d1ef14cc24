//! What a change of a client changed, by name: for the audit log.

use crate::domain::client::Client;

/// The members that differ.
pub(super) fn names(before: &Client, after: &Client) -> Vec<&'static str> {
    let members = [
        ("name", before.name == after.name),
        ("first_party", before.party == after.party),
        ("enabled", before.status == after.status),
        ("auth_methods", before.auth_methods == after.auth_methods),
        ("redirect_uris", before.redirect_uris == after.redirect_uris),
        ("post_logout_redirect_uris", before.post_logout_redirect_uris == after.post_logout_redirect_uris),
        ("grant_types", before.grants == after.grants),
        ("scope", before.scope == after.scope),
        ("resources", before.resources == after.resources),
        ("default_resource", before.default_resource == after.default_resource),
        ("resource_server", before.resource_server == after.resource_server),
        ("pkce", before.pkce == after.pkce),
        ("refresh", before.refresh == after.refresh),
        ("access_seconds", before.access_seconds == after.access_seconds),
        ("cors_origins", before.cors_origins == after.cors_origins),
        ("logo_uri", before.logo_uri == after.logo_uri),
        ("policy_uri", before.policy_uri == after.policy_uri),
        ("tos_uri", before.tos_uri == after.tos_uri),
        ("owner", before.owner == after.owner),
    ];
    members.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
}

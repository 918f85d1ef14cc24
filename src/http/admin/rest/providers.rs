//! `/providers`: the providers and directories that people sign in with; what they are stands in the settings.

use actix_web::web::Path;
use serde::Serialize;

use super::{Answer, call::Call, listing::Listed, ok, problem::ProblemBody};
use crate::{
    domain::time::Timestamp,
    services::admin::providers::{self, Tested},
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Provider {
    /// For `/providers/{name}/test`; a directory's has `ldap:` before it
    name: String,
    /// What people read
    label: String,
    /// oidc, directory, or gone: it has left the settings, and accounts are still linked to it
    kind: &'static str,
    /// The issuer, or the directory's address; null where it has left the settings
    address: Option<String>,
    /// The domains whose addresses the directory signs in
    domains: Vec<String>,
    /// Accounts that are linked to it
    identities: i64,
    /// How this node last met it: unasked, ok or error
    status: &'static str,
    #[schema(format = DateTime)]
    answered_at: Option<String>,
    #[schema(format = DateTime)]
    failed_at: Option<String>,
    /// What was wrong at `failed_at`
    failure: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct ProviderTest {
    /// Whether it answered as it should
    reachable: bool,
    /// What was wrong
    problem: Option<String>,
}

/// Where else people sign in
#[utoipa::path(get, path = "/providers", tag = "Sign-in providers", security(("bearer" = ["admin:users:read"])),
    responses((status = 200, body = Listed<Provider>)))]
pub(super) async fn list(call: Call) -> Answer {
    Ok(ok(Listed::<Provider>::whole(&providers::list(&call.core, &call.admin).await?)))
}

/// Connect to it now, as a sign-in would; takes 10 seconds at most
#[utoipa::path(post, path = "/providers/{name}/test", tag = "Sign-in providers",
    security(("bearer" = ["admin:users"])), params(("name" = String, Path, description = "Its name")), responses(
    (status = 200, body = ProviderTest),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn test(call: Call, name: Path<String>) -> Answer {
    let Tested { problem, .. } = providers::test(&call.core, &call.admin, &name).await?;
    Ok(ok(ProviderTest { reachable: problem.is_none(), problem }))
}

impl From<&providers::Provider> for Provider {
    fn from(provider: &providers::Provider) -> Self {
        let met = &provider.met;
        Self {
            name: provider.name.clone(),
            label: provider.label.clone(),
            kind: provider.kind.as_str(),
            address: Some(provider.address.clone()).filter(|address| !address.is_empty()),
            domains: provider.domains.clone(),
            identities: provider.identities,
            status: met.last().as_str(),
            answered_at: met.answered_at.map(Timestamp::rfc3339),
            failed_at: met.failed_at.as_ref().map(|(at, _)| at.rfc3339()),
            failure: met.failed_at.as_ref().map(|(_, reason)| reason.clone()),
        }
    }
}

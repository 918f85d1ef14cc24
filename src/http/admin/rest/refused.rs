//! `/refused-requests`: what this node has refused lately, with the reason that clients are not told.

use serde::Serialize;

use super::{Answer, call::Call, listing::Listed, ok};
use crate::{domain, services::admin::refused};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct RefusedRequest {
    /// Where: authorize or token
    endpoint: &'static str,
    client_id: Option<String>,
    /// What the request called its client where nobody of that name is registered
    unknown_client: Option<String>,
    /// What the client was told: the RFC's word
    error: &'static str,
    /// The exact reason
    reason: String,
    difference: Option<Difference>,
    /// How often in a row
    times: u64,
    #[schema(format = DateTime)]
    first_at: String,
    #[schema(format = DateTime)]
    last_at: String,
}

/// What was sent, and what would have been right
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Difference {
    /// The parameter of the request
    member: &'static str,
    /// null: it was left out
    sent: Option<String>,
    registered: Vec<String>,
}

/// The requests that this node has refused lately, newest first; kept in memory only
#[utoipa::path(get, path = "/refused-requests", tag = "Refused requests",
    security(("bearer" = ["admin:clients:read"])),
    params(("client_id" = Option<String>, Query, description = "Only those of this client")),
    responses((status = 200, body = Listed<RefusedRequest>)))]
pub(super) async fn list(call: Call) -> Answer {
    let found = refused::list(&call.core, &call.admin, call.query.get("client_id")).await?;
    Ok(ok(Listed::<RefusedRequest>::whole(&found)))
}

impl From<&domain::refused::Refused> for RefusedRequest {
    fn from(refused: &domain::refused::Refused) -> Self {
        Self {
            endpoint: refused.endpoint.as_str(),
            client_id: refused.client.as_ref().map(ToString::to_string),
            unknown_client: refused.named.clone(),
            error: refused.error.as_str(),
            reason: refused.reason.clone(),
            difference: refused.difference.as_ref().map(Difference::from),
            times: refused.times,
            first_at: refused.at.rfc3339(),
            last_at: refused.last_at.rfc3339(),
        }
    }
}

impl From<&domain::refused::Difference> for Difference {
    fn from(difference: &domain::refused::Difference) -> Self {
        Self { member: difference.member, sent: difference.sent.clone(), registered: difference.registered.clone() }
    }
}

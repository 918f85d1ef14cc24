//! `/audit-events`: who did what, and whether the log is whole.

use actix_web::HttpResponse;
use serde::Serialize;

use super::{
    Answer, NO_STORE,
    call::Call,
    listing::{self, Listed},
    ok,
    problem::Problem,
};
use crate::{
    domain::audit::Event,
    protocol::params::Params,
    services::{
        admin::audit::{self, Sought},
        audit::{Finding, Verdict, key_gone},
    },
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AuditEvent {
    id: String,
    #[schema(format = DateTime)]
    at: String,
    /// A user's id, `client:` and a client's, an API key's, `operator` or `anonymous`
    actor: String,
    /// Whose account it concerns
    user_id: Option<String>,
    action: &'static str,
    /// done or refused
    outcome: &'static str,
    /// Where the request came from
    address: Option<String>,
    /// What it was about; never a secret
    detail: Option<String>,
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Verification {
    /// intact, broken or unknown
    finding: &'static str,
    /// The first place at which the log is not whole
    position: Option<i64>,
    /// What is the case there
    problem: Option<&'static str>,
    /// Entries of which every word is what it was
    verified: i64,
    /// Entries whose key has left the sealing ring
    key_gone: i64,
    /// Entries that are not chained yet
    waiting: i64,
    /// Up to which place it is so
    reached: i64,
}

/// What the query narrows the log to.
#[derive(Debug, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query to the OpenAPI document")]
pub(super) struct AuditQuery {
    /// Who did it: a user by id, address or username, `client:` and an id, a key's id, `operator` or `anonymous`
    actor: Option<String>,
    /// Whose account it concerns: id, address or username
    user: Option<String>,
    /// What was done
    action: Option<String>,
    /// done or refused
    outcome: Option<String>,
    /// From this moment on: RFC 3339, or a day
    from: Option<String>,
    /// Before this moment
    until: Option<String>,
    /// A part of the detail; `q` says the same
    detail: Option<String>,
}

/// The audit log, newest first
#[utoipa::path(get, path = "/audit-events", tag = "Audit log", security(("bearer" = ["admin:audit:read"])),
    params(AuditQuery, listing::ListQuery), responses((status = 200, body = Listed<AuditEvent>)))]
pub(super) async fn list(call: Call) -> Answer {
    let page = audit::list(&call.core, &call.admin, &sought(&call.query), listing::page(&call.query)?).await?;
    Ok(ok(Listed::<AuditEvent>::of(&page)))
}

/// The chained entries, oldest first: a part of at most 1,000, each a line of JSON with its place and link. The header
/// `Signet-Next` has the `after` of the next part
#[utoipa::path(get, path = "/audit-events/export", tag = "Audit log", security(("bearer" = ["admin:audit:read"])),
    params(AuditQuery, ("q" = Option<String>, Query, description = "The same as detail"),
        ("after" = Option<i64>, Query, description = "Go on after this place")), responses(
    (status = 200, body = String, content_type = "application/jsonl", headers(("Signet-Next" = i64)))
))]
pub(super) async fn export(call: Call) -> Answer {
    let after = call.query.get("after").map_or(Some(0), |text| text.parse().ok());
    let after = after.ok_or_else(|| Problem::malformed("after must be a place"))?;
    let part = audit::export(&call.core, &call.admin, &sought(&call.query), after).await?;
    let mut answer = HttpResponse::Ok();
    answer.insert_header(NO_STORE).content_type("application/jsonl");
    if let Some(next) = part.next {
        answer.insert_header(("signet-next", next.to_string()));
    }
    let mut text = part.lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    Ok(answer.body(text))
}

/// Whether the log is whole: reads all of it
#[utoipa::path(get, path = "/audit-events/verification", tag = "Audit log", security(("bearer" = ["admin:audit:read"])),
    responses((status = 200, body = Verification)))]
pub(super) async fn verification(call: Call) -> Answer {
    Ok(ok(Verification::from(&audit::verify(&call.core, &call.admin).await?)))
}

fn sought(params: &Params) -> Sought {
    let text = |name: &str| params.get(name).unwrap_or_default().to_owned();
    Sought {
        actor: text("actor"),
        user: text("user"),
        action: text("action"),
        outcome: text("outcome"),
        from: text("from"),
        until: text("until"),
        detail: params.get("detail").or_else(|| params.get("q")).unwrap_or_default().to_owned(),
    }
}

impl From<&Event> for AuditEvent {
    fn from(event: &Event) -> Self {
        Self {
            id: event.id.as_str().to_owned(),
            at: event.at.rfc3339(),
            actor: event.actor.text(),
            user_id: event.user_id.as_ref().map(|id| id.as_str().to_owned()),
            action: event.action.as_str(),
            outcome: event.outcome.as_str(),
            address: event.address.map(|address| address.to_string()),
            detail: event.detail.clone(),
        }
    }
}

impl From<&Verdict> for Verification {
    fn from(verdict: &Verdict) -> Self {
        let (finding, position, problem) = match verdict.finding {
            Finding::Intact => ("intact", None, None),
            Finding::Broken { position, how } => ("broken", Some(position), Some(how.words())),
            Finding::Unknown(end) => ("unknown", None, Some(key_gone(end))),
        };
        let Verdict { verified, key_gone, waiting, .. } = *verdict;
        Self { finding, position, problem, verified, key_gone, waiting, reached: verdict.reached.position }
    }
}

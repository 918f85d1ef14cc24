//! `/keys`: the keys that sign tokens.

use actix_web::web::Path;
use serde::Serialize;

use super::{Answer, call::Call, listing::Listed, ok, problem::ProblemBody};
use crate::{
    domain::{key::SigningKey, time::Timestamp},
    services::admin::keys,
};

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Key {
    /// The RFC 7638 thumbprint
    kid: String,
    #[schema(example = "RS256")]
    algorithm: String,
    /// next, active, retired or gone; `/jwks` shows the first three
    state: &'static str,
    #[schema(format = DateTime)]
    created_at: String,
    /// When it begins to sign
    #[schema(format = DateTime)]
    activates_at: String,
    /// When it stops to sign
    #[schema(format = DateTime)]
    retires_at: Option<String>,
    /// When its tokens stop to validate
    #[schema(format = DateTime)]
    gone_at: Option<String>,
}

/// Every key, the youngest first
#[utoipa::path(get, path = "/keys", tag = "Signing keys", security(("bearer" = ["admin:keys:read"])), responses(
    (status = 200, body = Listed<Key>)
))]
pub(super) async fn list(call: Call) -> Answer {
    let now = call.core.clock.now();
    let keys = keys::list(&call.core, &call.admin).await?;
    let shown: Vec<_> = keys.into_iter().map(|key| (key, now)).collect();
    Ok(ok(Listed::<Key>::whole(&shown)))
}

/// Begin a rotation: the new key is published at once, and signs when every cache can know it
#[utoipa::path(post, path = "/keys/rotate", tag = "Signing keys", security(("bearer" = ["admin:keys"])), responses(
    (status = 200, body = Key)
))]
pub(super) async fn rotate(call: Call) -> Answer {
    let key = keys::rotate(&call.core, &call.admin).await?;
    Ok(ok(Key::from(&(key, call.core.clock.now()))))
}

/// Emergency: nothing that the key signed validates any more; on other nodes within `keys.refresh_seconds`
#[utoipa::path(post, path = "/keys/{kid}/revoke", tag = "Signing keys", security(("bearer" = ["admin:keys"])),
    params(("kid" = String, Path, description = "The key's id")), responses(
    (status = 200, body = Key),
    (status = 404, body = ProblemBody, content_type = "application/problem+json")
))]
pub(super) async fn revoke(call: Call, kid: Path<String>) -> Answer {
    let key = keys::revoke(&call.core, &call.admin, &kid).await?;
    Ok(ok(Key::from(&(key, call.core.clock.now()))))
}

impl From<&(SigningKey, Timestamp)> for Key {
    fn from((key, now): &(SigningKey, Timestamp)) -> Self {
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.clone(),
            state: key.state(*now).as_str(),
            created_at: key.created_at.rfc3339(),
            activates_at: key.activates_at.rfc3339(),
            retires_at: key.retires_at.map(Timestamp::rfc3339),
            gone_at: key.gone_at.map(Timestamp::rfc3339),
        }
    }
}

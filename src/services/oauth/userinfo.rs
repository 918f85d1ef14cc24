//! `/userinfo`: what the user let this client know. OpenID Connect Core §5.3.

use serde_json::{Map, Value};

use super::{bearer, claims, standing};
use crate::{
    protocol::{
        error::{ErrorCode, OAuthError},
        scope::{OPENID, Scope},
    },
    services::{core::Core, fault::Failure},
};

/// The claims that the access token's scopes and the `claims` parameter release; `sub` always.
pub async fn answer(core: &Core, token: String) -> Result<Userinfo, Failure> {
    core.run(move |core| {
        let invalid = || OAuthError::invalid_token("the access token is not valid");
        let issuer = core.settings.issuer.as_str();
        let token = bearer::claims(core, &token).filter(|token| token.aud.contains(issuer)).ok_or_else(invalid)?;
        let scope = token.scope.as_deref().and_then(Scope::parse).unwrap_or_default();
        if !scope.contains(OPENID) {
            let missing = "this needs a token with the scope openid";
            return Err(OAuthError::new(ErrorCode::InsufficientScope, missing).into());
        }
        let holder = standing::holder(core, &token)?.ok_or_else(invalid)?;
        let standing::Holder::User(standing) = holder else {
            return Err(invalid().into());
        };
        let mut members = claims::of_scope(&standing.user, &scope);
        let asked: Vec<_> = standing.grant.claims.userinfo.keys().map(String::as_str).collect();
        members.extend(claims::of_user(&standing.user, &asked));
        members.insert("sub".to_owned(), standing.user.id.as_str().into());
        Ok(Userinfo { client_id: token.client_id, members })
    })
    .await
}

/// The answer, and whose token it was: its client's origins may read it.
#[derive(Debug)]
pub struct Userinfo {
    pub client_id: String,
    pub members: Map<String, Value>,
}

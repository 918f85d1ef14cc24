//! `/userinfo`: what the user let this client, or the bearer of an API key, know. OpenID Connect Core §5.3.

use serde_json::{Map, Value};

use super::{
    bearer, claims,
    standing::{self, Holder},
};
use crate::{
    domain::user::User,
    protocol::{
        error::{ErrorCode, OAuthError},
        scope::{OPENID, Scope},
    },
    services::{api_keys, core::Core, fault::Failure},
};

/// The claims that the scopes of the access token or API key, and the `claims` parameter, release; `sub` always.
pub async fn answer(core: &Core, token: String) -> Result<Userinfo, Failure> {
    core.run(move |core| if api_keys::looks_like_one(&token) { of_key(core, &token) } else { of_token(core, &token) })
        .await
}

fn of_token(core: &Core, token: &str) -> Result<Userinfo, Failure> {
    let issuer = core.settings.issuer.as_str();
    let token = bearer::claims(core, token).filter(|token| token.aud.contains(issuer)).ok_or_else(invalid)?;
    let holder = standing::holder(core, &token)?.ok_or_else(invalid)?;
    require_openid(holder.scope())?;
    let Holder::User(standing, scope) = holder else {
        return Err(invalid().into());
    };
    let mut members = released(&standing.user, &scope);
    let asked: Vec<_> = standing.grant.claims.userinfo.keys().map(String::as_str).collect();
    members.extend(claims::of_user(&standing.user, &asked));
    Ok(Userinfo { client_id: Some(token.client_id), members })
}

/// A key is no client's: no page of another origin may read the answer.
fn of_key(core: &Core, token: &str) -> Result<Userinfo, Failure> {
    let (key, user) = api_keys::holder(core, token)?.ok_or_else(invalid)?;
    require_openid(&key.scope)?;
    Ok(Userinfo { client_id: None, members: released(&user, &key.scope) })
}

fn released(user: &User, scope: &Scope) -> Map<String, Value> {
    let mut members = claims::of_scope(user, scope);
    members.insert("sub".to_owned(), user.id.as_str().into());
    members
}

fn require_openid(scope: &Scope) -> Result<(), OAuthError> {
    let missing = || OAuthError::new(ErrorCode::InsufficientScope, "this needs a token with the scope openid");
    scope.contains(OPENID).then_some(()).ok_or_else(missing)
}

fn invalid() -> OAuthError {
    OAuthError::invalid_token("the access token is not valid")
}

/// The answer, and whose token it was: its client's origins may read it.
#[derive(Debug)]
pub struct Userinfo {
    /// `None` for an API key.
    pub client_id: Option<String>,
    pub members: Map<String, Value>,
}

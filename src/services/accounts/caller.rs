//! Who calls: a session through the account API or a browser, an API key, or a client of its own; found in the crossing.

use std::sync::Arc;

use super::Refusal;
use crate::{
    domain::{api_key::ApiKey, audit::Actor, grant::Grant, mount::Mount, secret::Secret, session::Session, user::User},
    protocol::{jwt::AccessTokenClaims, scope::Scope},
    services::{
        api_keys,
        core::Core,
        oauth::{
            bearer,
            standing::{self, Holder},
        },
        sessions,
        visitor::Visitor,
    },
};

/// What a request shows, unjudged.
#[derive(Clone, Debug)]
pub struct Caller {
    pub credential: Credential,
    pub visitor: Visitor,
}

#[derive(Clone, Debug)]
pub enum Credential {
    None,
    /// `Authorization: Bearer`, at this mount.
    Bearer {
        mount: Arc<Mount>,
        token: Secret<String>,
    },
    /// The session cookie.
    Cookie(Secret<String>),
}

/// Somebody who is signed in, at this mount or on this browser.
#[derive(Clone, Debug)]
pub struct Account {
    pub user: User,
    pub session: Session,
    /// `None` on a browser.
    pub grant: Option<Grant>,
}

/// Whoever may read: an account, or one of its keys.
#[derive(Clone, Debug)]
pub enum Reader {
    Account(Box<Account>),
    Key(Box<(ApiKey, User)>),
}

impl Caller {
    /// Somebody who is signed in. A key is [`Refusal::NotForThisCredential`]: passwords, second factors, keys and addresses
    /// are changed by people only.
    pub fn account(&self, core: &Core) -> Result<Account, Refusal> {
        match &self.credential {
            Credential::None => Err(Refusal::AuthenticationRequired),
            Credential::Cookie(cookie) => on_browser(core, cookie),
            Credential::Bearer { mount, token } => match key(core, token)? {
                Some(_) => Err(Refusal::NotForThisCredential),
                None => at_mount(core, mount, token),
            },
        }
    }

    /// Somebody who is signed in, or a key with `scope`.
    pub fn reader(&self, core: &Core, scope: &str) -> Result<Reader, Refusal> {
        if let Credential::Bearer { token, .. } = &self.credential
            && let Some((key, user)) = key(core, token)?
        {
            require(&key.scope, scope)?;
            return Ok(Reader::Key(Box::new((key, user))));
        }
        self.account(core).map(|account| Reader::Account(Box::new(account)))
    }

    /// A client of its own (`client_credentials`), or a key with `scope` that its maker may still give: the service endpoints.
    pub fn service(&self, core: &Core, scope: &str) -> Result<Actor, Refusal> {
        let Credential::Bearer { mount, token } = &self.credential else {
            return Err(Refusal::AuthenticationRequired);
        };
        if let Some((key, _)) = key(core, token)? {
            require(&key.scope, scope)?;
            return Ok(Actor::Key(key.id.as_str().to_owned()));
        }
        let claims = claims(core, token)?;
        match standing::holder_at(core, &claims, &mount.audience)? {
            Some(Holder::Client(held)) => {
                require(&held, scope)?;
                Ok(Actor::Client(claims.client_id))
            }
            Some(Holder::User(..)) => Err(Refusal::NotForThisCredential),
            None => Err(Refusal::InvalidToken),
        }
    }
}

fn on_browser(core: &Core, cookie: &Secret<String>) -> Result<Account, Refusal> {
    let signed_in = sessions::find(core, Some(cookie.reveal()))?.ok_or(Refusal::AuthenticationRequired)?;
    Ok(Account { user: signed_in.user, session: signed_in.session, grant: None })
}

/// Only tokens that a login at this mount made: an OAuth client's must not change passwords.
fn at_mount(core: &Core, mount: &Mount, token: &Secret<String>) -> Result<Account, Refusal> {
    let claims = claims(core, token)?;
    if claims.client_id != mount.client_id.as_str() || !claims.aud.contains(&mount.audience) {
        return Err(Refusal::InvalidToken);
    }
    let Some(Holder::User(standing, _)) = standing::holder(core, &claims)? else {
        return Err(Refusal::InvalidToken);
    };
    let session = standing.session.ok_or(Refusal::InvalidToken)?;
    sessions::seen(core, &session)?;
    Ok(Account { user: standing.user, session, grant: Some(standing.grant) })
}

fn claims(core: &Core, token: &Secret<String>) -> Result<AccessTokenClaims, Refusal> {
    let expired = || match bearer::claims_of_any_age(core, token.reveal()) {
        Some(_) => Refusal::TokenExpired,
        None => Refusal::InvalidToken,
    };
    bearer::claims(core, token.reveal()).ok_or_else(expired)
}

/// The key and its user, if the token is one; a key that is good no more is an error, not a JWT.
fn key(core: &Core, token: &Secret<String>) -> Result<Option<(ApiKey, User)>, Refusal> {
    if !api_keys::looks_like_one(token.reveal()) {
        return Ok(None);
    }
    api_keys::holder(core, token.reveal())?.map(Some).ok_or(Refusal::InvalidToken)
}

fn require(held: &Scope, scope: &str) -> Result<(), Refusal> {
    if held.contains(scope) { Ok(()) } else { Err(Refusal::InsufficientScope(scope.to_owned())) }
}

impl Reader {
    pub fn user(&self) -> &User {
        match self {
            Self::Account(account) => &account.user,
            Self::Key(held) => &held.1,
        }
    }
}

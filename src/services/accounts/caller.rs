//! Who calls: a session through the account API or a browser, an API key, or a client of its own; found in the crossing.

use std::sync::Arc;

use super::Refusal;
use crate::{
    domain::{
        api_key::ApiKey, audit::Actor, grant::GrantId, mount::Mount, secret::Secret, session::Session, user::User,
    },
    services::{core::Core, visitor::Visitor},
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
    pub grant: Option<GrantId>,
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
        todo!()
    }

    /// Somebody who is signed in, or a key with `scope`.
    pub fn reader(&self, core: &Core, scope: &str) -> Result<Reader, Refusal> {
        todo!()
    }

    /// A client of its own (`client_credentials`), or a key, with `scope`: the service endpoints.
    pub fn service(&self, core: &Core, scope: &str) -> Result<Actor, Refusal> {
        todo!()
    }
}

impl Reader {
    pub fn user(&self) -> &User {
        match self {
            Self::Account(account) => &account.user,
            Self::Key(held) => &held.1,
        }
    }
}

//! Who may administer: a fresh sign-in at the console, or a program with an administrator's scopes.

use std::net::IpAddr;

use crate::{
    domain::{
        administrator::Administrator, api_key::Maker, audit::Actor, ids::UserId, secret::Secret, session::Session,
        user::User,
    },
    services::{
        api_keys,
        core::Core,
        factors,
        fault::Fault,
        oauth::{
            bearer,
            standing::{self, Holder},
        },
        sessions,
    },
    store::StoreError,
};

/// An administrator at the console.
#[derive(Clone, Debug)]
pub struct Seat {
    pub administrator: Administrator,
    pub user: User,
}

/// Why somebody is not let in.
#[derive(Debug)]
pub enum NotAdmitted {
    /// Nobody is signed in, or no credential was sent.
    Unknown,
    /// The sign-in is too old, or was made without the second factor that there is now.
    NotFresh,
    /// The credential is none of ours, or not any more.
    InvalidToken,
    /// Known, and no administrator.
    NoRights,
    Fault(Fault),
}

impl<E: Into<Fault>> From<E> for NotAdmitted {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Somebody with a browser. The sign-in must be fresh (`admin.fresh_seconds`), and made with the second factor where
/// there is one: an open laptop is no administrator.
pub async fn at_console(core: &Core, cookie: Option<String>, address: Option<IpAddr>) -> Result<Seat, NotAdmitted> {
    core.run(move |core| {
        let signed_in = sessions::find(core, cookie.as_deref())?.ok_or(NotAdmitted::Unknown)?;
        let administrator = Administrator::person(&signed_in.user, address);
        if !administrator.has_rights() {
            return Err(NotAdmitted::NoRights);
        }
        if !is_fresh(core, &signed_in.session)? {
            return Err(NotAdmitted::NotFresh);
        }
        Ok(Seat { administrator, user: signed_in.user })
    })
    .await
}

/// Whether a sign-in is good enough for the console.
pub fn is_fresh(core: &Core, session: &Session) -> Result<bool, StoreError> {
    let age = core.clock.now().since(session.auth_time);
    if age >= core.settings.admin.fresh_seconds {
        return Ok(false);
    }
    let proved_twice = session.methods.second.is_some();
    Ok(proved_twice || !has_second_factor(core, &session.user_id)?)
}

fn has_second_factor(core: &Core, user: &UserId) -> Result<bool, StoreError> {
    core.store.read(|db| factors::is_on(db, user))
}

/// A program: a client of its own (`client_credentials`), or the API key of an administrator.
pub async fn by_token(
    core: &Core,
    token: Option<Secret<String>>,
    address: Option<IpAddr>,
) -> Result<Administrator, NotAdmitted> {
    let token = token.ok_or(NotAdmitted::Unknown)?;
    core.run(move |core| {
        let administrator = if api_keys::looks_like_one(token.reveal()) {
            by_key(core, &token, address)?
        } else {
            by_access_token(core, &token, address)?
        };
        if administrator.has_rights() { Ok(administrator) } else { Err(NotAdmitted::NoRights) }
    })
    .await
}

fn by_key(core: &Core, token: &Secret<String>, address: Option<IpAddr>) -> Result<Administrator, NotAdmitted> {
    let (key, user) = api_keys::holder(core, token.reveal())?.ok_or(NotAdmitted::InvalidToken)?;
    let program = Administrator::program(Actor::Key(key.id.as_str().to_owned()), &key.scope, address);
    Ok(match key.maker {
        Maker::Operator => program,
        // What its user may not do any more, the key does not, either.
        Maker::User => program.on_behalf_of(&user),
    })
}

/// What an application got from a person is not for this: applications ask people for what is theirs.
fn by_access_token(core: &Core, token: &Secret<String>, address: Option<IpAddr>) -> Result<Administrator, NotAdmitted> {
    let claims = bearer::claims(core, token.reveal()).ok_or(NotAdmitted::InvalidToken)?;
    match standing::holder_at(core, &claims, &core.settings.issuer.url(API))? {
        Some(Holder::Client(scope)) => Ok(Administrator::program(Actor::Client(claims.client_id), &scope, address)),
        Some(Holder::User(..)) => Err(NotAdmitted::NoRights),
        None => Err(NotAdmitted::InvalidToken),
    }
}

/// Where the REST API stands, below the issuer; with it, the audience of tokens that are for nothing else.
pub const API: &str = "/admin/api/v1";

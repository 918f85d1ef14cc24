//! Signing in with a password.

use std::net::IpAddr;

use super::{
    core::Core,
    fault::Fault,
    limits::TooMany,
    sessions::{self, Begun},
};
use crate::{
    crypto::{digest, passwords},
    domain::{
        secret::Secret,
        user::{User, UserStatus, normal_email, normal_username},
    },
    store::users,
};

/// What a person typed, and where from.
#[derive(Debug)]
pub struct Login {
    /// An address or a username.
    pub name: String,
    pub password: Secret<String>,
    pub address: Option<IpAddr>,
    /// The session cookie that the browser had before.
    pub cookie: Option<String>,
}

/// How a sign-in ends.
#[derive(Debug)]
pub enum LoginOutcome {
    SignedIn(Box<Begun>),
    /// Unknown name or wrong password: which, nobody learns.
    WrongCredentials,
    /// Told only after the right password.
    Suspended,
    TooMany(TooMany),
}

/// Signs a person in. The same work is done whether the name exists or not.
pub async fn login(core: &Core, login: Login) -> Result<LoginOutcome, Fault> {
    let Login { name, password, address, cookie } = login;
    let normal = normal_email(&name).or_else(|| normal_username(&name));
    // Counted as it is looked up: another spelling of a name must not give more tries.
    if let Err(too_many) = core.limits.try_login(address, normal.as_deref().unwrap_or(&name)) {
        return Ok(LoginOutcome::TooMany(too_many));
    }
    let found = core.run(move |core| find_by_name(core, normal.as_deref())).await?;
    let (user, phc) = found.map_or((None, None), |(user, phc)| (Some(user), phc));
    let too_long = password.reveal().chars().count() > core.settings.passwords.maximum_length;
    let right = core.verify_password(password.clone(), phc.clone().filter(|_| !too_long)).await?;
    let Some(user) = user.filter(|_| right) else {
        return Ok(LoginOutcome::WrongCredentials);
    };
    if user.status != UserStatus::Active {
        return Ok(LoginOutcome::Suspended);
    }
    let verified = verified_hash(core, password, phc.unwrap_or_default()).await?;
    let begun = core.run(move |core| begin(core, &user, &verified, cookie.as_deref())).await?;
    Ok(begun.map_or(LoginOutcome::WrongCredentials, |begun| LoginOutcome::SignedIn(Box::new(begun))))
}

/// `None` is no name that anybody could have.
fn find_by_name(core: &Core, name: Option<&str>) -> Result<Option<(User, Option<String>)>, Fault> {
    let Some(name) = name else {
        return Ok(None);
    };
    Ok(core.store.read(|db| users::find_by_login(db, name))?)
}

/// The hash that the password was verified against, and the one that stands afterwards.
struct Verified {
    old: String,
    new: String,
}

/// The hash is made anew where the cost in the settings has changed since.
async fn verified_hash(core: &Core, password: Secret<String>, old: String) -> Result<Verified, Fault> {
    let new = if passwords::needs_rehash(&core.password_cost(), &old) {
        core.hash_password(password).await?
    } else {
        old.clone()
    };
    Ok(Verified { old, new })
}

/// `None`: the password was changed since it was verified. Writing the hash again holds the user's row against a change
/// that is under way, which would end every session but this one.
fn begin(core: &Core, user: &User, verified: &Verified, cookie: Option<&str>) -> Result<Option<Begun>, Fault> {
    let before = cookie.map(digest::secret);
    Ok(core.store.write(|db| {
        if !users::replace_hash(db, &user.id, &verified.old, &verified.new)? {
            return Ok(None);
        }
        sessions::begin(core, db, user, before).map(Some)
    })?)
}

//! Signing in with a password: ours, or a directory's.

use super::Refusal;
use crate::{
    crypto::passwords,
    domain::{
        secret::Secret,
        session::{Door, Methods},
        user::{User, UserStatus, normal_email, normal_username},
    },
    services::{
        core::Core,
        factors::Challenge,
        fault::Fault,
        sessions::{self, Begun, SignIn},
        visitor::Visitor,
    },
    store::users,
};

/// What a person typed, and where.
#[derive(Debug)]
pub struct Login {
    /// An address or a username.
    pub name: String,
    pub password: Secret<String>,
    pub second: Second,
    pub door: Door,
    pub visitor: Visitor,
    /// The session cookie that the browser had before.
    pub cookie: Option<String>,
}

/// How the second factor is asked for at this door.
#[derive(Debug)]
pub enum Second {
    /// In a step of its own.
    Challenge,
    /// In the same request: without a code it is [`Refusal::SecondFactorRequired`].
    Inline(Option<Secret<String>>),
}

/// How far a sign-in came.
#[derive(Debug)]
pub enum LoginOutcome {
    SignedIn(Box<Begun>),
    /// The password was right; nothing else is told.
    SecondFactor(Challenge),
}

/// Signs a person in. The same work is done whether the name exists or not.
pub async fn login(core: &Core, login: Login) -> Result<LoginOutcome, Refusal> {
    let Login { name, password, door, visitor, cookie, .. } = login;
    let normal = normal_email(&name).or_else(|| normal_username(&name));
    // Counted as it is looked up: another spelling of a name must not give more tries.
    core.limits.try_login(visitor.address, normal.as_deref().unwrap_or(&name))?;
    let found = core.run(move |core| find_by_name(core, normal.as_deref())).await?;
    let (user, phc) = found.map_or((None, None), |(user, phc)| (Some(user), phc));
    let too_long = password.reveal().chars().count() > core.settings.passwords.maximum_length;
    let right = core.verify_password(password.clone(), phc.clone().filter(|_| !too_long)).await?;
    let user = user.filter(|_| right).ok_or(Refusal::InvalidCredentials)?;
    match user.status {
        UserStatus::Active => {}
        UserStatus::Suspended => return Err(Refusal::Suspended),
        UserStatus::Disabled => return Err(Refusal::Disabled),
    }
    let verified = verified_hash(core, password, phc.unwrap_or_default()).await?;
    let sign_in = SignIn { methods: Methods::PASSWORD, door, visitor, cookie };
    let begun = core.run(move |core| begin(core, &user, &verified, &sign_in)).await?;
    begun.map(|begun| LoginOutcome::SignedIn(Box::new(begun))).ok_or(Refusal::InvalidCredentials)
}

/// Goes on after the first factor, whoever saw it: with a session, or with the second factor's challenge.
pub async fn enter(core: &Core, user: User, sign_in: SignIn) -> Result<LoginOutcome, Refusal> {
    match user.status {
        UserStatus::Active => {}
        UserStatus::Suspended => return Err(Refusal::Suspended),
        UserStatus::Disabled => return Err(Refusal::Disabled),
    }
    core.run(move |core| {
        let begun = core.store.write(|db| sessions::begin(core, db, &user, &sign_in))?;
        Ok(LoginOutcome::SignedIn(Box::new(begun)))
    })
    .await
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
fn begin(core: &Core, user: &User, verified: &Verified, sign_in: &SignIn) -> Result<Option<Begun>, Fault> {
    Ok(core.store.write(|db| {
        if !users::replace_hash(db, &user.id, &verified.old, &verified.new)? {
            return Ok(None);
        }
        sessions::begin(core, db, user, sign_in).map(Some)
    })?)
}

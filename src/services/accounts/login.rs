//! Signing in with a password: ours, or a directory's.

use super::{
    Refusal,
    entry::{self, Proved, Verified},
};
use crate::{
    crypto::passwords,
    domain::{
        audit::{Action, Outcome},
        ids::UserId,
        mount::Unconfirmed,
        secret::Secret,
        session::{Door, Methods},
        user::{Role, User, normal_email, normal_username},
    },
    services::{
        audit::{self, Entry},
        core::Core,
        factors::Challenge,
        fault::Fault,
        federation::directory,
        limits::{self, Act, Admitted},
        sessions::{Begun, SignIn},
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
    /// Whether somebody whose address is not confirmed comes in at this door.
    pub unconfirmed: Unconfirmed,
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

/// A counted try, and whom the name names.
struct Tried {
    admitted: Admitted,
    found: Option<(User, Option<String>)>,
    /// The address whose domain may belong to a directory.
    email: Option<String>,
}

/// Signs a person in. The same work is done whether the name exists or not.
pub async fn login(core: &Core, login: Login) -> Result<LoginOutcome, Refusal> {
    let tried = look_up(core, &login).await?;
    let Login { password, second, unconfirmed, door, visitor, cookie, .. } = login;
    let (user, hash) = match first_factor(core, &password, &tried, &visitor).await {
        Ok(proved) => proved,
        Err(refusal) => return refuse(core, tried, visitor, refusal).await,
    };
    let sign_in = SignIn { methods: Methods::PASSWORD, door, visitor, cookie };
    let proved = Proved { user, hash, second, unconfirmed, sign_in, admitted: Some(tried.admitted) };
    core.run(move |core| entry::let_in(core, &proved)).await
}

/// Counted by the name as it is looked up: another spelling must not give more tries. By the name and not by its user:
/// a lock that an address shares with a username would tell that both are one account's.
async fn look_up(core: &Core, login: &Login) -> Result<Tried, Refusal> {
    let (name, visitor) = (login.name.clone(), login.visitor.clone());
    core.run(move |core| {
        let email = normal_email(&name);
        let normal = email.clone().or_else(|| normal_username(&name));
        let admitted = limits::admit(core, Act::Login, &visitor, Some(normal.as_deref().unwrap_or(&name)))?;
        let found = match &normal {
            Some(normal) => core.store.read(|db| users::find_by_login(db, normal))?,
            None => None,
        };
        // Whoever types a username may have a password in a directory: there is none here, or the account's proved address
        // is of a domain that a directory decides about, which may be asked no less by another name. An administrator's
        // password stays good: somebody has to come in when the directory is set up wrongly.
        let decided = |user: &User| user.email_verified && user.role == Role::Member;
        let elsewhere = found.as_ref().filter(|(user, phc)| phc.is_none() || decided(user));
        let elsewhere = elsewhere.and_then(|(user, _)| user.email.clone());
        let email = email.or(elsewhere);
        Ok(Tried { admitted, found, email })
    })
    .await
}

/// Whose password it is. The hash is made anew where the cost in the settings has changed since.
async fn first_factor(
    core: &Core,
    password: &Secret<String>,
    tried: &Tried,
    visitor: &Visitor,
) -> Result<(UserId, Option<Verified>), Refusal> {
    let length = password.reveal().chars().count();
    let fits = (1..=core.settings.passwords.maximum_length).contains(&length);
    if let Some((email, directory)) = tried.email.as_deref().and_then(|it| Some((it, directory::route(core, it)?))) {
        // An empty password is no bind at all, and "succeeds" (RFC 4513 §5.1.2).
        let known =
            if fits { Some(directory::authenticate(core, directory, email, password, visitor).await?) } else { None };
        return known.map(|user| (user.id, None)).ok_or(Refusal::InvalidCredentials);
    }
    let phc = tried.found.as_ref().and_then(|(_, phc)| phc.clone());
    let right = core.verify_password(password.clone(), phc.clone().filter(|_| fits)).await?;
    match (&tried.found, phc) {
        (Some((user, _)), Some(old)) if right => {
            Ok((user.id.clone(), Some(verified_hash(core, password.clone(), old).await?)))
        }
        _ => Err(Refusal::InvalidCredentials),
    }
}

async fn verified_hash(core: &Core, password: Secret<String>, old: String) -> Result<Verified, Fault> {
    let new = if passwords::needs_rehash(&core.password_cost(), &old) {
        core.hash_password(password).await?
    } else {
        old.clone()
    };
    Ok(Verified { old, new })
}

/// A wrong password leaves an entry, whether the name exists or not; a directory that is away was no guess.
async fn refuse(core: &Core, tried: Tried, visitor: Visitor, refusal: Refusal) -> Result<LoginOutcome, Refusal> {
    core.run(move |core| {
        core.store.write(|db| match refusal {
            Refusal::InvalidCredentials => {
                let user = tried.found.as_ref().map(|(user, _)| &user.id);
                let entry = Entry::by_stranger(user, Action::Login, Outcome::Refused, visitor.address);
                audit::record(core, db, entry.with("unknown name or wrong password"))
            }
            Refusal::DirectoryAway => limits::forgive(core, db, &tried.admitted),
            _ => Ok(()),
        })?;
        Err(refusal)
    })
    .await
}

//! A new account.

use super::{
    Refusal,
    mailed::{self, Errand},
    refusal::Thing,
    strength::{self, Personal},
    username,
};
use crate::{
    config::accounts::Registration as Policy,
    crypto::random,
    domain::{
        audit::{Action, Outcome},
        ids::UserId,
        organisation::Membership,
        secret::Secret,
        session::Door,
        user::{Profile, Role, User, UserStatus, normal_email, normal_username},
    },
    services::{
        admin::readable,
        audit::{self, Entry},
        core::Core,
        federation::directory,
        limits::{self, Act, Postage},
        organisations,
        visitor::Visitor,
    },
    store::{
        Db, StoreError,
        users::{self, Inserted},
    },
};

/// What somebody registers with.
#[derive(Clone, Debug)]
pub struct Registration {
    pub email: String,
    pub password: Secret<String>,
    pub name: Option<String>,
    /// Made from the address where it is not given.
    pub username: Option<String>,
    /// Creates the organisation, with the user as its admin.
    pub organisation: Option<String>,
    pub door: Door,
    pub existing: Existing,
    pub visitor: Visitor,
}

/// What an address that has an account already is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// [`Refusal::EmailTaken`].
    Tell,
    /// As for a new one; the owner gets a letter.
    Hide,
}

/// Registered, or (with [`Existing::Hide`]) made to look like it.
#[derive(Debug)]
pub enum Registered {
    New {
        user: Box<User>,
        membership: Option<Membership>,
    },
    /// The same members, of an account that is not there.
    Pretended {
        id: UserId,
        email: String,
    },
}

/// A registration whose members fit.
struct Wanted {
    email: String,
    name: Option<String>,
    username: Option<String>,
    organisation: Option<String>,
    door: Door,
    existing: Existing,
    visitor: Visitor,
}

/// Registers somebody; the same work is done whether the address exists or not: the password is hashed first, and either
/// way one transaction writes a token, a letter and an entry of the log.
pub async fn register(core: &Core, registration: Registration) -> Result<Registered, Refusal> {
    if core.settings.accounts.registration == Policy::Closed {
        return Err(Refusal::RegistrationClosed);
    }
    let (wanted, password) = fitting(core, registration)?;
    let (visitor, email) = (wanted.visitor.clone(), wanted.email.clone());
    core.run(move |core| limits::admit(core, Act::Register, &visitor, Some(&email)).map(drop)).await?;
    let hash = core.hash_password(password).await?;
    core.run(move |core| {
        let postage = limits::postage(core, Act::Register, &wanted.email)?;
        core.store.write(|db| enter(core, db, &wanted, &hash, postage))?
    })
    .await
}

/// Whether an address has an account: rate-limited hard, and switched off by a setting ([`Refusal::NotFound`]).
pub async fn is_registered(core: &Core, email: String, visitor: Visitor) -> Result<bool, Refusal> {
    if !core.settings.accounts.check_registration {
        return Err(Refusal::NotFound(Thing::User));
    }
    let email = normal_email(&email).ok_or(Refusal::InvalidEmail)?;
    core.run(move |core| {
        limits::admit(core, Act::CheckRegistration, &visitor, Some(&email))?;
        Ok(core.store.read(|db| users::find_by_email(db, &email))?.is_some())
    })
    .await
}

fn fitting(core: &Core, registration: Registration) -> Result<(Wanted, Secret<String>), Refusal> {
    let Registration { email, password, name, username, organisation, door, existing, visitor } = registration;
    let email = normal_email(&email).ok_or(Refusal::InvalidEmail)?;
    if directory::route(core, &email).is_some() {
        return Err(Refusal::DirectoryAddress);
    }
    let given = username.filter(|text| !text.trim().is_empty());
    let username = given.map(|text| normal_username(&text).ok_or(Refusal::InvalidUsername)).transpose()?;
    let name = line("name", name)?;
    let organisation = line("organization_name", organisation)?;
    let personal = Personal { email: Some(&email), username: username.as_deref(), name: name.as_deref() };
    strength::check(&core.settings.passwords, &password, &personal).map_err(Refusal::WeakPassword)?;
    Ok((Wanted { email, name, username, organisation, door, existing, visitor }, password))
}

/// One line that people read; nothing typed is nothing given.
fn line(member: &'static str, text: Option<String>) -> Result<Option<String>, Refusal> {
    let given = text.filter(|text| !text.trim().is_empty());
    given.map(|text| readable(member, &text).ok().ok_or(Refusal::Malformed(member))).transpose()
}

fn enter(
    core: &Core,
    db: &mut Db,
    wanted: &Wanted,
    hash: &str,
    postage: Postage,
) -> Result<Result<Registered, Refusal>, StoreError> {
    // Asked before the address: else "taken" would be the answer for a new address only.
    if let Some(given) = &wanted.username
        && users::find_by_login(db, given)?.is_some()
    {
        return refused(core, db, wanted, Refusal::UsernameTaken);
    }
    for name in wanted.usernames() {
        let user = wanted.user(core, name);
        match users::insert(db, &user, Some(hash))? {
            Inserted::Inserted => return begin(core, db, wanted, user, postage).map(Ok),
            Inserted::EmailTaken => return exists(core, db, wanted, postage),
            Inserted::UsernameTaken => {}
        }
    }
    refused(core, db, wanted, Refusal::UsernameTaken)
}

fn begin(core: &Core, db: &mut Db, wanted: &Wanted, user: User, postage: Postage) -> Result<Registered, StoreError> {
    let membership = organisations::settle(core, db, &user, wanted.organisation.as_deref())?;
    match postage {
        Postage::Paid => mailed::send(core, db, Errand::Confirm, &user, &wanted.email)?,
        Postage::Withheld => mailed::pretend(core, db, Errand::Confirm)?,
    }
    let entry = Entry::by_user(&user.id, Action::Register, Outcome::Done, wanted.visitor.address);
    audit::record(core, db, entry.with(wanted.door.as_str()))?;
    Ok(Registered::New { user: Box::new(user), membership })
}

fn exists(
    core: &Core,
    db: &mut Db,
    wanted: &Wanted,
    postage: Postage,
) -> Result<Result<Registered, Refusal>, StoreError> {
    if wanted.existing == Existing::Tell {
        return refused(core, db, wanted, Refusal::EmailTaken);
    }
    mailed::pretend_token(core, db, Errand::Confirm)?;
    match users::find_by_email(db, &wanted.email)? {
        Some(owner) if postage == Postage::Paid => mailed::tell(core, db, &owner, mailed::already_registered(core))?,
        _ => mailed::pretend_letter(core, db, Errand::Confirm)?,
    }
    let id = UserId::new(core.clock.now(), random::bytes());
    let pretended = Registered::Pretended { id, email: wanted.email.clone() };
    log_refusal(core, db, wanted)?;
    Ok(Ok(pretended))
}

fn refused(
    core: &Core,
    db: &mut Db,
    wanted: &Wanted,
    refusal: Refusal,
) -> Result<Result<Registered, Refusal>, StoreError> {
    log_refusal(core, db, wanted)?;
    Ok(Err(refusal))
}

fn log_refusal(core: &Core, db: &mut Db, wanted: &Wanted) -> Result<(), StoreError> {
    let owner = users::find_by_email(db, &wanted.email)?.map(|owner| owner.id);
    let entry = Entry::by_stranger(owner.as_ref(), Action::Register, Outcome::Refused, wanted.visitor.address);
    audit::record(core, db, entry.with(wanted.door.as_str()))
}

impl Wanted {
    fn usernames(&self) -> Vec<String> {
        match (&self.username, self.existing) {
            (Some(given), _) => vec![given.clone()],
            (None, Existing::Tell) => username::candidates(&self.email),
            (None, Existing::Hide) => vec![username::rare(&self.email)],
        }
    }

    fn user(&self, core: &Core, username: String) -> User {
        let now = core.clock.now();
        User {
            id: UserId::new(now, random::bytes()),
            username,
            email: Some(self.email.clone()),
            email_verified: false,
            profile: Profile { name: self.name.clone(), ..Profile::default() },
            status: UserStatus::Active,
            role: Role::Member,
            privileges: Vec::new(),
            attributes: std::collections::BTreeMap::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

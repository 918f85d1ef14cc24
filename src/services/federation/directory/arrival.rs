//! A person whom a directory has just vouched for: found here, linked, or made.

use std::{collections::BTreeMap, net::IpAddr, sync::Arc};

use super::{knows, standing};
use crate::{
    config::directories::DirectorySettings,
    crypto::random,
    domain::{
        audit::{Action, Outcome},
        identity::Identity,
        ids::UserId,
        text::legible,
        user::{Profile, Role, User, UserStatus, normal_email},
    },
    outbound::ldap::Person,
    services::{
        accounts::Refusal,
        accounts::username,
        audit::{self, Entry},
        core::Core,
        fault::Fault,
        federation::identities::tell_linked,
        organisations,
    },
    store::{
        Db, StoreError, identities,
        users::{self, Inserted},
    },
};

pub(super) struct Arrival {
    pub(super) settings: Arc<DirectorySettings>,
    pub(super) person: Person,
    /// The address that the entry names, where the directory is the authority for it.
    pub(super) own_address: Option<String>,
    typed: String,
    from: Option<IpAddr>,
}

/// What became of an attempt to find a person's account.
enum Found {
    User(Box<User>),
    Refused(Refusal),
    /// Somebody else was faster: what stands now decides.
    Again,
}

/// A parallel first sign-in of the same person, and one of somebody with the same username.
const TRIES: u32 = 4;

impl Arrival {
    pub(super) fn new(settings: Arc<DirectorySettings>, person: Person, typed: String, from: Option<IpAddr>) -> Self {
        let own_address = person.mail.as_deref().and_then(normal_email).filter(|mail| knows(&settings, mail));
        Self { settings, person, own_address, typed, from }
    }

    /// The person's account, as the directory says it is now.
    pub(super) fn settle(&self, core: &Core, db: &mut Db) -> Result<Result<User, Refusal>, StoreError> {
        for _ in 0..TRIES {
            match self.find(core, db)? {
                Found::User(user) => {
                    let user = standing::bring_up_to_date(core, db, self, &user)?;
                    return Ok(user.ok_or(Refusal::InvalidCredentials));
                }
                Found::Refused(refusal) => return Ok(Err(refusal)),
                Found::Again => {}
            }
        }
        Ok(Err(Fault::Unavailable("this person signs in too often at once".to_owned()).into()))
    }

    /// The account of somebody who has shown both passwords.
    pub(super) fn join(&self, core: &Core, db: &mut Db, user: &User) -> Result<Result<(), Refusal>, StoreError> {
        if !self.insert_identity(core, db, &user.id)? {
            let held = identities::find(db, &self.provider(), &self.person.subject)?;
            let is_theirs = held.is_some_and(|(_, holder)| holder.id == user.id);
            return Ok(if is_theirs { Ok(()) } else { Err(Refusal::IdentityTaken) });
        }
        audit::record(core, db, self.entry(&user.id, Action::LinkIdentity))?;
        tell_linked(core, db, user, &self.provider())?;
        standing::bring_up_to_date(core, db, self, user).map(|_| Ok(()))
    }

    fn find(&self, core: &Core, db: &mut Db) -> Result<Found, StoreError> {
        let (provider, subject) = (self.provider(), &self.person.subject);
        if let Some((_, user)) = identities::find(db, &provider, subject)? {
            identities::touch(db, &provider, subject, core.clock.now())?;
            return Ok(Found::User(Box::new(user)));
        }
        match users::find_by_email(db, self.address())? {
            Some(user) => self.link(core, db, &user.id),
            None => self.make(core, db),
        }
    }

    /// An address alone opens no account that has another way in: who owns that account has not said so.
    fn link(&self, core: &Core, db: &mut Db, user: &UserId) -> Result<Found, StoreError> {
        // A password that is being set is seen.
        users::lock(db, user)?;
        let Some(user) = users::find_by_id(db, user)?.filter(|user| user.email.as_deref() == Some(self.address()))
        else {
            return Ok(Found::Again);
        };
        let held = identities::list_by_user(db, &user.id)?;
        if held.iter().any(|one| one.provider == self.provider() && one.subject == self.person.subject) {
            // The same person came in at this very moment, and this is the account that was made.
            return Ok(Found::Again);
        }
        let has_password = users::find_password_hash(db, &user.id)?.is_some();
        // An identity of this directory, too: an address may be given to the next person of the same name.
        if !has_password && held.is_empty() {
            if !self.insert_identity(core, db, &user.id)? {
                return Ok(Found::Again);
            }
            audit::record(core, db, self.entry(&user.id, Action::LinkIdentity))?;
            return Ok(Found::User(Box::new(user)));
        }
        if user.email_verified { self.refuse(core, db, &user.id) } else { self.take_address(core, db, &user.id) }
    }

    fn refuse(&self, core: &Core, db: &mut Db, user: &UserId) -> Result<Found, StoreError> {
        let entry = Entry::by_stranger(Some(user), Action::LinkIdentity, Outcome::Refused, self.from);
        audit::record(core, db, entry.with(self.provider()))?;
        let directory = &self.settings.name;
        tracing::warn!(directory, %user, "an account with this address has another way in: it is not linked");
        Ok(Found::Refused(Refusal::EmailTaken))
    }

    /// Whoever registered with an address and never proved it keeps the account, and not the address: nobody can keep
    /// the directory's people out by being faster.
    fn take_address(&self, core: &Core, db: &mut Db, user: &UserId) -> Result<Found, StoreError> {
        if users::release_email(db, user, self.address(), core.clock.now())? {
            let entry = Entry::by_stranger(Some(user), Action::ChangeEmail, Outcome::Done, self.from);
            audit::record(core, db, entry.with(self.provider()))?;
        }
        Ok(Found::Again)
    }

    fn make(&self, core: &Core, db: &mut Db) -> Result<Found, StoreError> {
        let mut user = self.new_user(core);
        for username in username::candidates(self.address()) {
            user.username = username;
            match users::insert(db, &user, None)? {
                Inserted::Inserted => return self.welcome(core, db, user),
                Inserted::EmailTaken => return Ok(Found::Again),
                Inserted::UsernameTaken => {}
            }
        }
        Ok(Found::Again)
    }

    fn welcome(&self, core: &Core, db: &mut Db, user: User) -> Result<Found, StoreError> {
        if !self.insert_identity(core, db, &user.id)? {
            // The same person came in by another address at this very moment.
            users::delete(db, &user.id)?;
            return Ok(Found::Again);
        }
        let is_placed = self.settings.mappings.iter().any(|mapping| mapping.organisation.is_some());
        if !is_placed && !core.settings.accounts.default_organisation.is_empty() {
            organisations::settle(core, db, &user, None)?;
        }
        audit::record(core, db, self.entry(&user.id, Action::Register))?;
        Ok(Found::User(Box::new(user)))
    }

    fn new_user(&self, core: &Core) -> User {
        let now = core.clock.now();
        User {
            id: UserId::new(now, random::bytes()),
            username: String::new(),
            email: Some(self.address().to_owned()),
            email_verified: true,
            profile: self.profile(&Profile::default()),
            status: UserStatus::Active,
            role: Role::Member,
            privileges: Vec::new(),
            attributes: BTreeMap::new(),
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    fn insert_identity(&self, core: &Core, db: &mut Db, user: &UserId) -> Result<bool, StoreError> {
        let now = core.clock.now();
        let identity = Identity {
            provider: self.provider(),
            subject: self.person.subject.clone(),
            user_id: user.clone(),
            label: Some(self.address().to_owned()),
            created_at: now,
            last_used_at: now,
        };
        identities::insert(db, &identity)
    }

    /// The profile with the names that the directory has; what it does not say stays.
    pub(super) fn profile(&self, before: &Profile) -> Profile {
        let one = |said: &Option<String>, before: &Option<String>| {
            said.as_deref().and_then(readable).or_else(|| before.clone())
        };
        Profile {
            name: one(&self.person.name, &before.name),
            given_name: one(&self.person.given_name, &before.given_name),
            family_name: one(&self.person.family_name, &before.family_name),
            ..before.clone()
        }
    }

    pub(super) fn entry(&self, user: &UserId, action: Action) -> Entry {
        Entry::by_user(user, action, Outcome::Done, self.from).with(self.provider())
    }

    fn provider(&self) -> String {
        format!("ldap:{}", self.settings.name)
    }

    /// The entry's own, else the one that found it.
    fn address(&self) -> &str {
        self.own_address.as_deref().unwrap_or(&self.typed)
    }
}

/// What a page can show: no control characters, and no more than a line.
fn readable(text: &str) -> Option<String> {
    Some(legible(text, 200)).filter(|kept| !kept.is_empty())
}

//! What an account says of its user, and changing it.

use super::{
    Caller, Refusal,
    mailed::{self, Errand},
};
use crate::{
    domain::{
        audit::{Action, Outcome},
        ids::UserId,
        one_time::Purpose,
        organisation::Membership,
        user::{Profile, User, normal_email, normal_username},
    },
    services::{
        admin::{AdminError, users::check_profile},
        audit::{self, Entry},
        core::Core,
        federation::directory,
        limits::{self, Act, Postage},
        visitor::Visitor,
    },
    store::{
        Db, StoreError, groups, one_time_tokens, organisations, totp_factors,
        users::{self, Updated},
    },
};

/// A user with what stands in other tables.
#[derive(Clone, Debug)]
pub struct Person {
    pub user: User,
    pub membership: Option<Membership>,
    /// Sorted by name.
    pub groups: Vec<String>,
    pub second_factor: SecondFactorState,
    /// The new address that waits for its confirmation.
    pub pending_email: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFactorState {
    On,
    Off,
}

/// What is to be changed; `None` leaves a member as it is, and a text with nothing in it takes one away.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    pub name: Option<String>,
    /// Waits for its confirmation by mail. Never taken away.
    pub email: Option<String>,
    /// Never taken away.
    pub username: Option<String>,
    pub picture: Option<String>,
    pub given_name: Option<String>,
    pub family_name: Option<String>,
    pub locale: Option<String>,
    pub zoneinfo: Option<String>,
}

/// An address that an account is to have, and whether a letter goes there.
struct New {
    address: String,
    postage: Postage,
}

/// Whoever is signed in, or a key with the scope `read:profile`.
pub async fn me(core: &Core, caller: Caller) -> Result<Person, Refusal> {
    core.run(move |core| {
        let reader = caller.reader(core, "read:profile")?;
        person(core, reader.user().clone())
    })
    .await
}

/// The same user with what stands in other tables, inside a crossing.
pub fn person(core: &Core, user: User) -> Result<Person, Refusal> {
    Ok(core.store.read(|db| person_in(core, db, user))?)
}

/// The same inside a transaction.
pub(in crate::services) fn person_in(core: &Core, db: &mut Db, user: User) -> Result<Person, StoreError> {
    let waiting = one_time_tokens::list_of(db, Purpose::ConfirmEmail, &user.id, core.clock.now())?;
    let mut wanted = waiting.into_iter().filter_map(|token| token.payload);
    let on = totp_factors::find(db, &user.id)?.is_some_and(|factor| factor.is_on());
    Ok(Person {
        membership: organisations::find_membership(db, &user.id)?,
        groups: groups::list_names_of(db, &user.id)?,
        second_factor: if on { SecondFactorState::On } else { SecondFactorState::Off },
        pending_email: wanted.find(|address| user.email.as_ref() != Some(address)),
        user,
    })
}

/// What a person changes of the own account. A new address waits: the account keeps the one it has until somebody who reads
/// the new one says so, and whether that one belongs to another account already, nobody is told but its owner.
pub async fn update(core: &Core, caller: Caller, changes: Changes) -> Result<Person, Refusal> {
    core.run(move |core| {
        let user = caller.account(core)?.user;
        let address = match &changes.email {
            Some(text) => Some(normal_email(text).ok_or(Refusal::InvalidEmail)?),
            None => None,
        };
        let wanted = match address.filter(|address| user.email.as_ref() != Some(address)) {
            Some(address) => Some(New::admit(core, &caller.visitor, address)?),
            None => None,
        };
        let user = core.store.write(|db| {
            let user = match write(core, db, &user.id, &changes)? {
                Ok(user) => user,
                Err(refusal) => return Ok(Err(refusal)),
            };
            if let Some(wanted) = &wanted {
                move_to(core, db, &user, wanted)?;
            }
            log(core, db, &user.id, &caller.visitor)?;
            Ok(Ok(user))
        })??;
        person(core, user)
    })
    .await
}

/// Reads again what it changes: another request may be changing another member.
fn write(core: &Core, db: &mut Db, id: &UserId, changes: &Changes) -> Result<Result<User, Refusal>, StoreError> {
    users::lock(db, id)?;
    let Some(user) = users::find_by_id(db, id)? else {
        return Ok(Err(Refusal::InvalidToken));
    };
    let edited = match changes.applied(&user) {
        Ok(edited) => User { updated_at: core.clock.now(), ..edited },
        Err(refusal) => return Ok(Err(refusal)),
    };
    Ok(match users::update_profile(db, &edited)? {
        Updated::Updated => Ok(edited),
        Updated::UsernameTaken | Updated::EmailTaken => Err(Refusal::UsernameTaken),
        Updated::Absent => Err(Refusal::InvalidToken),
    })
}

/// The same rows for an address that is taken: its owner gets another letter, and nobody the code. Whoever mistyped an
/// address, and types another one, has left nothing at the first.
fn move_to(core: &Core, db: &mut Db, user: &User, new: &New) -> Result<(), StoreError> {
    let address = &new.address;
    one_time_tokens::delete_for_others(db, Purpose::ConfirmEmail, &user.id, address)?;
    if user.email_verified {
        mailed::tell(core, db, user, mailed::email_change_asked(core, address))?;
    }
    let owner = users::find_by_email(db, address)?;
    if owner.is_none() && new.postage == Postage::Paid {
        return mailed::send(core, db, Errand::Confirm, user, address);
    }
    mailed::keep(core, db, Errand::Confirm, user, address)?;
    match owner.filter(|_| new.postage == Postage::Paid) {
        Some(owner) => mailed::tell(core, db, &owner, mailed::already_registered(core)),
        None => mailed::pretend_letter(core, db, Errand::Confirm),
    }
}

impl New {
    fn admit(core: &Core, visitor: &Visitor, address: String) -> Result<Self, Refusal> {
        if directory::route(core, &address).is_some() {
            return Err(Refusal::DirectoryAddress);
        }
        limits::admit(core, Act::Confirm, visitor, Some(&address))?;
        let postage = limits::postage(core, Act::Confirm, &address)?;
        Ok(Self { address, postage })
    }
}

fn log(core: &Core, db: &mut Db, user: &UserId, visitor: &Visitor) -> Result<(), StoreError> {
    audit::record(core, db, Entry::by_user(user, Action::UpdateProfile, Outcome::Done, visitor.address))
}

impl Changes {
    /// The user as it would be, but for the address.
    fn applied(&self, user: &User) -> Result<User, Refusal> {
        let before = &user.profile;
        let profile = Profile {
            name: changed(self.name.as_ref(), before.name.as_ref()),
            picture: changed(self.picture.as_ref(), before.picture.as_ref()),
            given_name: changed(self.given_name.as_ref(), before.given_name.as_ref()),
            family_name: changed(self.family_name.as_ref(), before.family_name.as_ref()),
            locale: changed(self.locale.as_ref(), before.locale.as_ref()),
            zoneinfo: changed(self.zoneinfo.as_ref(), before.zoneinfo.as_ref()),
            ..before.clone()
        };
        check_profile(&profile, before).map_err(misfit)?;
        let username = match &self.username {
            Some(text) => normal_username(text).ok_or(Refusal::InvalidUsername)?,
            None => user.username.clone(),
        };
        Ok(User { username, profile, ..user.clone() })
    }
}

fn changed(given: Option<&String>, before: Option<&String>) -> Option<String> {
    match given {
        Some(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        None => before.cloned(),
    }
}

fn misfit(error: AdminError) -> Refusal {
    match error {
        AdminError::Unfit { what, .. } | AdminError::Taken { what, .. } | AdminError::Absent { what, .. } => {
            Refusal::Malformed(what)
        }
        // Whoever changes the own profile is no administrator, and expects nothing.
        AdminError::Forbidden(_) | AdminError::ChangedMeanwhile => Refusal::Malformed("profile"),
        AdminError::Fault(fault) => Refusal::Fault(fault),
    }
}

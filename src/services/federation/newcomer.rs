//! Who somebody is here whom a provider vouches for: the account that is linked, or a new one.

use std::collections::BTreeMap;

use crate::{
    config::providers::ProviderSettings,
    crypto::random,
    domain::{
        audit::{Action, Outcome},
        identity::Identity,
        ids::UserId,
        text::legible,
        user::{Profile, Role, User, UserStatus, normal_email},
    },
    outbound::oidc::Vouched,
    services::{
        accounts::{Refusal, username},
        audit::{self, Entry},
        core::Core,
        organisations,
        visitor::Visitor,
    },
    store::{
        Db, StoreError, identities,
        users::{self, Inserted},
    },
};

/// Somebody as a provider knows them.
#[derive(Clone, Debug)]
pub(super) struct Stranger {
    /// What links carry: the issuer, or `entra:<tenant>`.
    pub(super) key: String,
    pub(super) subject: String,
    pub(super) label: Option<String>,
    pub(super) address: Option<Address>,
    pub(super) profile: Profile,
    pub(super) new_account: NewAccount,
}

/// An address that a provider names.
#[derive(Clone, Debug)]
pub(super) struct Address {
    pub(super) email: String,
    pub(super) verified: bool,
}

/// Whether somebody who was never here gets an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewAccount {
    Never,
    /// Unless an account here has the address: its owner signs in, and links.
    UnlessTaken,
    /// Without the address where an account here has it.
    Always,
}

impl Stranger {
    /// The provider's word decides who it is, and the settings what its word is worth.
    pub(super) fn new(settings: &ProviderSettings, vouched: Vouched) -> Self {
        let proved = vouched.email_verified || settings.entra_tenant.is_some();
        // Entra's address is its `upn`: `email` is whatever an administrator of any tenant has written there.
        let named = match settings.entra_tenant {
            Some(_) => vouched.username.as_deref(),
            None => vouched.email.as_deref(),
        };
        let email = named.and_then(normal_email);
        let address = email.map(|email| Address { email, verified: settings.trust_email && proved });
        let label = address.as_ref().map(|address| address.email.clone()).or(vouched.username);
        let Vouched { name, given_name, family_name, .. } = vouched;
        let [name, given_name, family_name, label] = [name, given_name, family_name, label].map(readable);
        Self {
            key: settings.key(),
            subject: vouched.subject,
            label,
            address,
            profile: Profile { name, given_name, family_name, ..Profile::default() },
            new_account: if settings.create_accounts { NewAccount::UnlessTaken } else { NewAccount::Never },
        }
    }
}

/// What a table keeps of a text from elsewhere.
fn readable(text: Option<String>) -> Option<String> {
    Some(legible(&text?, 200)).filter(|kept| !kept.is_empty())
}

/// The account that is linked, else a new one. An address alone opens nothing: Keycloak CVE-2025-7365, CVE-2026-9087.
pub(super) fn welcome(
    core: &Core,
    db: &mut Db,
    stranger: &Stranger,
    visitor: &Visitor,
) -> Result<Result<User, Refusal>, StoreError> {
    if let Some(user) = linked(core, db, stranger)? {
        return Ok(Ok(user));
    }
    let made = match stranger.new_account {
        NewAccount::Never => Err(Refusal::RegistrationClosed),
        NewAccount::UnlessTaken => make(core, db, stranger, stranger.address.as_ref())?,
        NewAccount::Always => match make(core, db, stranger, stranger.address.as_ref())? {
            Err(Refusal::EmailTaken) => make(core, db, stranger, None)?,
            made => made,
        },
    };
    let user = match made {
        Ok(user) => user,
        Err(refusal) => {
            // The same person may have come twice at once.
            if let Some(user) = linked(core, db, stranger)? {
                return Ok(Ok(user));
            }
            let refused = Entry::by_stranger(None, Action::Register, Outcome::Refused, visitor.address);
            audit::record(core, db, refused.with(stranger.key.clone()))?;
            return Ok(Err(refusal));
        }
    };
    if !identities::insert(db, &identity(core, stranger, &user.id))? {
        users::delete(db, &user.id)?;
        return Ok(linked(core, db, stranger)?.ok_or(Refusal::IdentityTaken));
    }
    organisations::settle(core, db, &user, None)?;
    for action in [Action::Register, Action::LinkIdentity] {
        let entry = Entry::by_user(&user.id, action, Outcome::Done, visitor.address);
        audit::record(core, db, entry.with(stranger.key.clone()))?;
    }
    Ok(Ok(user))
}

/// A link as it is written down.
pub(super) fn identity(core: &Core, stranger: &Stranger, user: &UserId) -> Identity {
    let now = core.clock.now();
    Identity {
        provider: stranger.key.clone(),
        subject: stranger.subject.clone(),
        user_id: user.clone(),
        label: stranger.label.clone(),
        created_at: now,
        last_used_at: now,
    }
}

fn linked(core: &Core, db: &mut Db, stranger: &Stranger) -> Result<Option<User>, StoreError> {
    let Some((_, user)) = identities::find(db, &stranger.key, &stranger.subject)? else {
        return Ok(None);
    };
    identities::touch(db, &stranger.key, &stranger.subject, core.clock.now())?;
    Ok(Some(user))
}

fn make(
    core: &Core,
    db: &mut Db,
    stranger: &Stranger,
    address: Option<&Address>,
) -> Result<Result<User, Refusal>, StoreError> {
    let now = core.clock.now();
    let mut user = User {
        id: UserId::new(now, random::bytes()),
        username: String::new(),
        email: address.map(|address| address.email.clone()),
        email_verified: address.is_some_and(|address| address.verified),
        profile: stranger.profile.clone(),
        status: UserStatus::Active,
        role: Role::Member,
        privileges: Vec::new(),
        attributes: BTreeMap::new(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let from = stranger.label.as_deref().unwrap_or_default().to_lowercase();
    for name in username::candidates(&from) {
        user.username = name;
        match users::insert(db, &user, None)? {
            Inserted::Inserted => return Ok(Ok(user)),
            Inserted::EmailTaken => return Ok(Err(Refusal::EmailTaken)),
            Inserted::UsernameTaken => {}
        }
    }
    Ok(Err(Refusal::UsernameTaken))
}

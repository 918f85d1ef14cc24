//! What hangs on an account, for the page that shows it whole.

use super::{AdminError, absent, consents, find, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        api_key::ApiKey,
        client::Client,
        identity::Identity,
        organisation::Membership,
        session::Session,
    },
    services::{admin::read, core::Core},
    store::{
        api_keys, clients, identities, organisations,
        page::{Page, PageRequest},
        sessions, users,
    },
};

/// What goes with an account, as it is at this moment; none of it belongs to the account's edition.
#[derive(Clone, Debug)]
pub struct Belongings {
    pub memberships: Vec<Membership>,
    /// Accounts elsewhere that open this one.
    pub identities: Vec<Identity>,
    pub sessions: Vec<Session>,
    pub applications: Vec<consents::Allowed>,
    /// Those that have not expired.
    pub keys: Vec<ApiKey>,
    /// Clients that are theirs: they stay when the account is suspended or deleted.
    pub clients: Page<Client>,
    pub password: PasswordState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordState {
    Set,
    /// Invited, or signs in elsewhere.
    Unset,
}

const FIRST_CLIENTS: PageRequest = PageRequest { after: None, limit: 20, search: None };

pub async fn belongings(core: &Core, admin: &Administrator, who: &str) -> Result<Belongings, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let who = who.to_owned();
    core.run(move |core| {
        let now = core.clock.now();
        read(core, |db| {
            let user = find(db, &who)?.ok_or_else(|| absent("user", &who))?;
            let hash = users::find_password_hash(db, &user.id)?;
            Ok(Belongings {
                memberships: organisations::list_memberships(db, &user.id)?,
                identities: identities::list_by_user(db, &user.id)?,
                sessions: sessions::list_by_user(db, &user.id, now)?,
                applications: consents::allowed(db, &user.id)?,
                keys: api_keys::list_by_user(db, &user.id, now)?,
                clients: clients::list(db, Some(&user.id), &FIRST_CLIENTS)?,
                password: if hash.is_some() { PasswordState::Set } else { PasswordState::Unset },
            })
        })
    })
    .await
}

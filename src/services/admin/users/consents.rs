//! What people let applications do, and taking that back for them.

use super::{AdminError, absent, changeable, find, held, log, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        client::{Client, ClientId},
        consent::Consent,
        ids::UserId,
        time::{Seconds, Timestamp},
    },
    services::{
        admin::{read, write},
        core::Core,
        mounts,
    },
    store::{Db, StoreError, clients, consents, grants},
};

/// An application that a user lets in.
#[derive(Clone, Debug)]
pub struct Allowed {
    pub client: Client,
    pub consent: Consent,
    /// The newest use of a grant.
    pub last_used_at: Option<Timestamp>,
}

/// A revoked grant's row stays this long, to know its code again.
const KEPT: Seconds = Seconds::days(1);

/// Newest first.
pub async fn consents(core: &Core, admin: &Administrator, who: &str) -> Result<Vec<Allowed>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let who = who.to_owned();
    core.run(move |core| {
        read(core, |db| {
            let user = find(db, &who)?.ok_or_else(|| absent("user", &who))?;
            Ok(allowed(db, &user.id)?)
        })
    })
    .await
}

/// The account API's own clients are no applications.
pub(super) fn allowed(db: &mut Db, user: &UserId) -> Result<Vec<Allowed>, StoreError> {
    let recent = grants::last_use_by_client(db, user)?;
    let mut found = Vec::new();
    for consent in consents::list_by_user(db, user)? {
        let own = mounts::is_reserved(&consent.client_id);
        if let Some((client, _)) = clients::find(db, &consent.client_id)?.filter(|_| !own) {
            let last_used_at = recent.iter().find(|(id, _)| *id == client.id).map(|(_, at)| *at);
            found.push(Allowed { client, consent, last_used_at });
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.consent.created_at));
    Ok(found)
}

/// Takes one back, and revokes the grants that rest on it.
pub async fn withdraw(core: &Core, admin: &Administrator, who: &str, client: &str) -> Result<(), AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who, named) = (admin.clone(), who.to_owned(), client.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let user = changeable(db, &admin, &who)?;
            let client = ClientId::parse(&named).ok_or_else(|| absent("consent for", &named))?;
            if !take_back(core, db, &user.id, &client)? {
                return Err(absent("consent for", &named));
            }
            Ok(log(core, db, &admin, &user.id, (Action::WithdrawConsent, Some(named.clone())))?)
        })
    })
    .await
}

/// Takes all of them back. How many there were.
pub async fn withdraw_all(core: &Core, admin: &Administrator, who: &str) -> Result<usize, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let user = held(db, &admin, &who)?;
            let names: Vec<_> = allowed(db, &user.id)?.into_iter().map(|one| one.client.id).collect();
            for client in &names {
                take_back(core, db, &user.id, client)?;
            }
            let detail = names.iter().map(ClientId::as_str).collect::<Vec<_>>().join(", ");
            log(core, db, &admin, &user.id, (Action::WithdrawConsents, Some(detail)))?;
            Ok(names.len())
        })
    })
    .await
}

fn take_back(core: &Core, db: &mut Db, user: &UserId, client: &ClientId) -> Result<bool, StoreError> {
    let now = core.clock.now();
    if !consents::delete(db, user, client)? {
        return Ok(false);
    }
    grants::revoke_by_consent(db, user, client, now, now.plus(KEPT))?;
    Ok(true)
}

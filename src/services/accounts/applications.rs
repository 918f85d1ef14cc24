//! The applications that a user lets in, and taking that back.

use super::{Caller, Refusal, refusal::Thing};
use crate::{
    domain::{
        audit::{Action, Outcome},
        client::{Client, ClientId},
        consent::Consent,
        time::{Seconds, Timestamp},
    },
    services::{
        audit::{self, Entry},
        core::Core,
        mounts,
        registry::{self, Registered},
    },
    store::{clients, consents, grants},
};

/// One application with access.
#[derive(Clone, Debug)]
pub struct Application {
    pub client: Client,
    pub consent: Consent,
    /// Scope names with the words of the consent page.
    pub scopes: Vec<(String, String)>,
    /// The newest use of a grant.
    pub last_used_at: Option<Timestamp>,
}

/// A revoked grant's row stays this long, to know its code again.
const KEPT: Seconds = Seconds::days(1);

/// Newest consent first. The account API's own clients need none, and are none.
pub async fn applications(core: &Core, caller: Caller) -> Result<Vec<Application>, Refusal> {
    core.run(move |core| {
        let user = caller.account(core)?.user.id;
        let known = registry::registered(core)?;
        let mut found = core.store.read(|db| {
            let recent = grants::last_use_by_client(db, &user)?;
            let mut found = Vec::new();
            for consent in consents::list_by_user(db, &user)? {
                let own = mounts::is_reserved(&consent.client_id);
                if let Some((client, _)) = clients::find(db, &consent.client_id)?.filter(|_| !own) {
                    let last_used_at = recent.iter().find(|(id, _)| *id == client.id).map(|(_, at)| *at);
                    found.push(Application { scopes: words(&known, &consent), client, consent, last_used_at });
                }
            }
            Ok(found)
        })?;
        found.sort_by_key(|one| std::cmp::Reverse(one.consent.created_at));
        Ok(found)
    })
    .await
}

fn words(known: &Registered, consent: &Consent) -> Vec<(String, String)> {
    consent.scope.iter().map(|name| (name.to_owned(), known.description(name).to_owned())).collect()
}

/// Takes the consent back and revokes the grants that rest on it.
pub async fn withdraw(core: &Core, caller: Caller, client: ClientId) -> Result<(), Refusal> {
    core.run(move |core| {
        let user = caller.account(core)?.user.id;
        let now = core.clock.now();
        core.store.write(|db| {
            if !consents::delete(db, &user, &client)? {
                return Ok(Err(Refusal::NotFound(Thing::Application)));
            }
            grants::revoke_by_consent(db, &user, &client, now, now.plus(KEPT))?;
            let entry = Entry::by_user(&user, Action::WithdrawConsent, Outcome::Done, caller.visitor.address);
            audit::record(core, db, entry.with(client.as_str())).map(Ok)
        })?
    })
    .await
}

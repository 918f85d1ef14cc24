//! The sessions of an account: where it is signed in, and ending that.

use std::sync::Arc;

use super::{Caller, Refusal, refusal::Thing};
use crate::{
    crypto::{digest, refresh},
    domain::{
        audit::{Action, Outcome},
        grant::{Grant, GrantId},
        ids::SessionId,
        mount::Mount,
        secret::Secret,
        session::Session,
    },
    services::{
        audit::{self, Entry},
        core::Core,
        oauth::{bearer, standing},
        sessions::end,
        visitor::Visitor,
    },
    store::{Db, StoreError, grants, sessions},
};

/// One session as its owner sees it.
#[derive(Clone, Debug)]
pub struct Device {
    pub session: Session,
    /// The one this question came from.
    pub current: bool,
}

/// Newest first.
pub async fn devices(core: &Core, caller: Caller) -> Result<Vec<Device>, Refusal> {
    core.run(move |core| {
        let account = caller.account(core)?;
        let now = core.clock.now();
        let own = core.store.read(|db| sessions::list_by_user(db, &account.user.id, now))?;
        let device = |session: Session| Device { current: session.id == account.session.id, session };
        Ok(own.into_iter().map(device).collect())
    })
    .await
}

/// One of the caller's own; somebody else's is not there.
pub async fn end_device(core: &Core, caller: Caller, session: SessionId) -> Result<(), Refusal> {
    core.run(move |core| {
        let user = caller.account(core)?.user.id;
        core.store.write(|db| {
            let own = sessions::find_by_id(db, &session)?.is_some_and(|found| found.user_id == user);
            if !own || !sessions::delete(db, &session)? {
                return Ok(Err(Refusal::NotFound(Thing::Session)));
            }
            let entry = Entry::by_user(&user, Action::EndSession, Outcome::Done, caller.visitor.address);
            audit::record(core, db, entry.with(session.as_str())).map(Ok)
        })?
    })
    .await
}

/// How many ended.
pub async fn end_other_devices(core: &Core, caller: Caller) -> Result<usize, Refusal> {
    core.run(move |core| {
        let account = caller.account(core)?;
        let ended = core.store.write(|db| {
            let ended = sessions::delete_others(db, &account.user.id, &account.session.id)?;
            let entry = Entry::by_user(&account.user.id, Action::EndSession, Outcome::Done, caller.visitor.address);
            audit::record(core, db, entry.with(format!("{ended} others")))?;
            Ok(ended)
        })?;
        Ok(ended)
    })
    .await
}

/// Ends the session that the caller's credential belongs to.
pub async fn logout(core: &Core, caller: Caller) -> Result<(), Refusal> {
    core.run(move |core| {
        let session = caller.account(core)?.session;
        Ok(core.store.write(|db| end(core, db, &session, caller.visitor.address))?)
    })
    .await
}

/// Ends the session of an access token (an expired one, too) or of a refresh token; comind's logout shows both in the body.
/// A session that has ended already is ended.
pub async fn logout_by_tokens(
    core: &Core,
    mount: Arc<Mount>,
    access: Option<Secret<String>>,
    refresh: Option<Secret<String>>,
    visitor: Visitor,
) -> Result<(), Refusal> {
    core.run(move |core| {
        if access.is_none() && refresh.is_none() {
            return Err(Refusal::AuthenticationRequired);
        }
        let shown =
            [access.and_then(|token| by_access(core, &token)), refresh.and_then(|token| by_refresh(core, &token))];
        let shown: Vec<GrantId> = shown.into_iter().flatten().collect();
        let known = core.store.write(|db| end_those(core, db, &shown, &mount, &visitor))?;
        if known { Ok(()) } else { Err(Refusal::InvalidToken) }
    })
    .await
}

fn by_access(core: &Core, token: &Secret<String>) -> Option<GrantId> {
    let claims = bearer::claims_of_any_age(core, token.reveal())?;
    standing::grant_id(claims.gid.as_deref()?)
}

fn by_refresh(core: &Core, token: &Secret<String>) -> Option<GrantId> {
    let token = refresh::parse(&core.ring, token.reveal())?;
    Some(digest::grant_id(&token.family))
}

/// Whether one of the grants is this mount's.
fn end_those(
    core: &Core,
    db: &mut Db,
    shown: &[GrantId],
    mount: &Mount,
    visitor: &Visitor,
) -> Result<bool, StoreError> {
    let mut known = false;
    for id in shown {
        let Some(grant) = grants::find(db, id)?.filter(|grant| is_of(grant, mount)) else {
            continue;
        };
        known = true;
        if let Some(session) = sessions::find_by_id(db, &grant.session_id)? {
            end(core, db, &session, visitor.address)?;
        }
    }
    Ok(known)
}

/// A contract may stand at several mounts, all with the same client.
fn is_of(grant: &Grant, mount: &Mount) -> bool {
    grant.client_id == mount.client_id && grant.resources.contains(&mount.audience)
}

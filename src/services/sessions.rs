//! Sessions: begun at login, found by a browser's cookie, ended at logout.

use std::net::IpAddr;

use super::{
    audit::{self, Entry},
    core::Core,
    visitor::Visitor,
};
use crate::{
    crypto::{digest, random},
    domain::{
        audit::{Action, Outcome},
        ids::SessionId,
        secret::Secret,
        session::{Door, Methods, Session},
        time::Timestamp,
        user::User,
    },
    store::{Db, StoreError, sessions},
};

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub session: Session,
    pub user: User,
}

/// A session that has just begun, with the secret for the cookie.
#[derive(Debug)]
pub struct Begun {
    pub session: Session,
    pub user: User,
    pub cookie: Secret<String>,
}

impl Begun {
    /// For the audit log: which session began, where, and how.
    pub fn describe(&self) -> String {
        let session = &self.session;
        format!("{} at {} by {}", session.id, session.door.as_str(), session.methods.as_str())
    }
}

/// How somebody has just signed in.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub methods: Methods,
    pub door: Door,
    pub visitor: Visitor,
    /// The cookie that the browser had before.
    pub cookie: Option<String>,
}

/// The live session of a cookie, if its user may use it. Its use is written down only now and then.
pub fn find(core: &Core, cookie: Option<&str>) -> Result<Option<SignedIn>, StoreError> {
    let Some(cookie) = cookie else {
        return Ok(None);
    };
    let now = core.clock.now();
    let secret = digest::secret(cookie);
    let Some((session, user)) = core.store.read(|db| sessions::find_by_secret(db, &secret, now))? else {
        return Ok(None);
    };
    if !user.is_active() {
        return Ok(None);
    }
    seen(core, &session)?;
    Ok(Some(SignedIn { session, user }))
}

/// A live session was used: that moves its end, and is written down only now and then.
pub fn seen(core: &Core, session: &Session) -> Result<(), StoreError> {
    let (now, lifetime) = (core.clock.now(), core.settings.sessions.lifetime());
    if lifetime.is_due(session, now) {
        let end = lifetime.end(session.created_at, now);
        core.store.write(|db| sessions::touch(db, &session.id, now, end).map(drop))?;
    }
    Ok(())
}

/// Begins a session after a sign-in, inside the caller's transaction. The same user keeps the session and its
/// `sid` but gets a new secret; another user's session on this browser ends.
pub fn begin(core: &Core, db: &mut Db, user: &User, sign_in: &SignIn) -> Result<Begun, StoreError> {
    let now = core.clock.now();
    let before = match &sign_in.cookie {
        Some(cookie) => sessions::find_by_secret(db, &digest::secret(cookie), now)?.map(|(session, _)| session),
        None => None,
    };
    let cookie = random::token();
    let created = created(core, user, sign_in, &cookie, now);
    let session = match before {
        Some(session) if session.user_id == user.id => {
            let end = core.settings.sessions.lifetime().end(session.created_at, now);
            let renewed = Session { id: session.id, created_at: session.created_at, expires_at: end, ..created };
            sessions::renew(db, &renewed)?;
            renewed
        }
        other => {
            if let Some(stranger) = other {
                sessions::delete(db, &stranger.id)?;
            }
            sessions::insert(db, &created)?;
            sessions::delete_beyond(db, &user.id, MOST)?;
            created
        }
    };
    Ok(Begun { session, user: user.clone(), cookie })
}

/// A program that signs in anew each time must not fill the table.
const MOST: i64 = 100;

fn created(core: &Core, user: &User, sign_in: &SignIn, cookie: &Secret<String>, now: Timestamp) -> Session {
    Session {
        id: SessionId::new(now, random::bytes()),
        user_id: user.id.clone(),
        secret: digest::secret(cookie.reveal()),
        auth_time: now,
        methods: sign_in.methods,
        door: sign_in.door.clone(),
        device: sign_in.visitor.device.clone(),
        address: sign_in.visitor.address,
        last_seen_at: now,
        created_at: now,
        expires_at: core.settings.sessions.lifetime().end(now, now),
    }
}

/// Its user ends a session: its cookie is dead, and so is every token that is bound to it.
pub fn end(core: &Core, db: &mut Db, session: &Session, address: Option<IpAddr>) -> Result<(), StoreError> {
    if sessions::delete(db, &session.id)? {
        let entry = Entry::by_user(&session.user_id, Action::Logout, Outcome::Done, address);
        audit::record(core, db, entry.with(session.id.as_str()))?;
    }
    Ok(())
}

//! Browser sessions: begun at login, found by the cookie's secret, ended at logout.

use super::core::Core;
use crate::{
    crypto::{digest, random},
    domain::{
        ids::SessionId,
        secret::{Secret, SecretDigest},
        session::{Methods, Session},
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
    pub cookie: Secret<String>,
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
    let lifetime = core.settings.sessions.lifetime();
    if lifetime.is_due(&session, now) {
        let end = lifetime.end(session.created_at, now);
        core.store.write(|db| sessions::touch(db, &session.id, end).map(drop))?;
    }
    Ok(Some(SignedIn { session, user }))
}

/// Begins a session after a sign-in, inside the caller's transaction. The same user keeps the session and its
/// `sid` but gets a new secret; another user's session on this browser ends.
pub fn begin(core: &Core, db: &mut Db, user: &User, cookie: Option<SecretDigest>) -> Result<Begun, StoreError> {
    let now = core.clock.now();
    let before = match cookie {
        Some(secret) => sessions::find_by_secret(db, &secret, now)?.map(|(session, _)| session),
        None => None,
    };
    let secret = random::token();
    match before {
        Some(session) if session.user_id == user.id => renew(core, db, session, secret, now),
        Some(stranger) => {
            sessions::delete(db, &stranger.id)?;
            create(core, db, user, secret, now)
        }
        None => create(core, db, user, secret, now),
    }
}

fn renew(
    core: &Core,
    db: &mut Db,
    session: Session,
    cookie: Secret<String>,
    now: Timestamp,
) -> Result<Begun, StoreError> {
    let renewed = Session {
        secret: digest::secret(cookie.reveal()),
        auth_time: now,
        methods: Methods::Password,
        expires_at: core.settings.sessions.lifetime().end(session.created_at, now),
        ..session
    };
    sessions::renew(db, &renewed)?;
    Ok(Begun { session: renewed, cookie })
}

fn create(core: &Core, db: &mut Db, user: &User, cookie: Secret<String>, now: Timestamp) -> Result<Begun, StoreError> {
    let session = Session {
        id: SessionId::new(now, random::bytes()),
        user_id: user.id.clone(),
        secret: digest::secret(cookie.reveal()),
        auth_time: now,
        methods: Methods::Password,
        created_at: now,
        expires_at: core.settings.sessions.lifetime().end(now, now),
    };
    sessions::insert(db, &session)?;
    Ok(Begun { session, cookie })
}

/// Ends a session: its cookie is dead, and so is every token that is bound to it.
pub fn end(core: &Core, id: &SessionId) -> Result<bool, StoreError> {
    core.store.write(|db| sessions::delete(db, id))
}

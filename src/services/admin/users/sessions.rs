//! Where people are signed in, and ending that.

use super::{AdminError, absent, changeable, find, held, log, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        ids::SessionId,
        session::Session,
    },
    services::{
        accounts::endings,
        admin::{read, write},
        core::Core,
    },
    store::sessions,
};

/// The live ones, newest first.
pub async fn sessions(core: &Core, admin: &Administrator, who: &str) -> Result<Vec<Session>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let who = who.to_owned();
    core.run(move |core| {
        read(core, |db| {
            let user = find(db, &who)?.ok_or_else(|| absent("user", &who))?;
            Ok(sessions::list_by_user(db, &user.id, core.clock.now())?)
        })
    })
    .await
}

/// One of the user's own; with it goes what is bound to it.
pub async fn end_session(core: &Core, admin: &Administrator, who: &str, session: &str) -> Result<(), AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who, named) = (admin.clone(), who.to_owned(), session.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let user = changeable(db, &admin, &who)?;
            let id = SessionId::parse(&named).ok_or_else(|| absent("session", &named))?;
            let own = sessions::find_by_id(db, &id)?.is_some_and(|found| found.user_id == user.id);
            if !own || !sessions::delete(db, &id)? {
                return Err(absent("session", &named));
            }
            Ok(log(core, db, &admin, &user.id, (Action::EndSession, Some(named.clone())))?)
        })
    })
    .await
}

/// Signs the user out everywhere: every session, every step of a sign-in under way, and what applications keep to come back
/// while the user is away. How many sessions there were.
pub async fn end_sessions(core: &Core, admin: &Administrator, who: &str) -> Result<usize, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, who) = (admin.clone(), who.to_owned());
    core.run(move |core| {
        let now = core.clock.now();
        write(core, |db| {
            let user = held(db, &admin, &who)?;
            let live = sessions::list_by_user(db, &user.id, now)?.len();
            endings::sign_out(db, &user.id, now)?;
            log(core, db, &admin, &user.id, (Action::EndSessions, Some(format!("{live} sessions"))))?;
            Ok(live)
        })
    })
    .await
}

//! Where a token stands: everything that its liveness depends on, in one query.

use diesel::prelude::*;

use super::{
    column::{party, status},
    connection::{Db, per_backend},
    consents::ConsentRow,
    error::StoreError,
    grants::GrantRow,
    schema::{clients, consents, grants, sessions, users},
    sessions::SessionRow,
    users::UserRow,
};
use crate::domain::{
    client::{ClientId, ClientStatus, Party},
    consent::Consent,
    grant::{Grant, GrantId},
    ids::{SessionId, UserId},
    session::Session,
    time::Timestamp,
    user::User,
};

/// A grant and what it stands on. Nothing is judged here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub grant: Grant,
    pub user: User,
    pub client: ClientFacts,
    /// `None` when it has ended.
    pub session: Option<Session>,
    pub consent: Option<Consent>,
}

/// What of the client counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientFacts {
    pub status: ClientStatus,
    pub party: Party,
}

/// Whom a code speaks of: the live session, its user, and what the user has allowed the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    pub user: User,
    pub session: Session,
    pub consent: Option<Consent>,
}

type StandingRow = (GrantRow, UserRow, (bool, bool), Option<SessionRow>, Option<ConsentRow>);

/// `None` where grant, user or client is gone: what is not there is not live.
pub fn find_standing(db: &mut Db, grant: &GrantId, now: Timestamp) -> Result<Option<Standing>, StoreError> {
    let live = sessions::id.eq(grants::session_id).and(sessions::expires_at.gt(now.unix()));
    let allowed = consents::user_id.eq(grants::user_id).and(consents::client_id.eq(grants::client_id));
    let query = grants::table
        .inner_join(users::table)
        .inner_join(clients::table)
        .left_join(sessions::table.on(live))
        .left_join(consents::table.on(allowed))
        .filter(grants::id.eq(grant.0.as_slice()));
    let found: Option<StandingRow> = per_backend!(db, connection => query
        .select((
            GrantRow::as_select(),
            UserRow::as_select(),
            (clients::enabled, clients::first_party),
            Option::<SessionRow>::as_select(),
            Option::<ConsentRow>::as_select(),
        ))
        .first(connection)
        .optional())?;
    found.map(Standing::try_from).transpose()
}

/// `None` unless the session is live and the user's.
pub fn find_subject(
    db: &mut Db,
    session: &SessionId,
    user: &UserId,
    client: &ClientId,
    now: Timestamp,
) -> Result<Option<Subject>, StoreError> {
    let allowed = consents::user_id.eq(sessions::user_id).and(consents::client_id.eq(client.as_str()));
    let query = sessions::table
        .inner_join(users::table)
        .left_join(consents::table.on(allowed))
        .filter(sessions::id.eq(session.as_str()))
        .filter(sessions::user_id.eq(user.as_str()))
        .filter(sessions::expires_at.gt(now.unix()));
    let found: Option<(SessionRow, UserRow, Option<ConsentRow>)> = per_backend!(db, connection => query
        .select((SessionRow::as_select(), UserRow::as_select(), Option::<ConsentRow>::as_select()))
        .first(connection)
        .optional())?;
    let Some((session, user, consent)) = found else { return Ok(None) };
    Ok(Some(Subject {
        user: user.try_into()?,
        session: session.try_into()?,
        consent: consent.map(Consent::try_from).transpose()?,
    }))
}

impl TryFrom<StandingRow> for Standing {
    type Error = StoreError;

    fn try_from((grant, user, (enabled, first), session, consent): StandingRow) -> Result<Self, StoreError> {
        Ok(Self {
            grant: grant.try_into()?,
            user: user.try_into()?,
            client: ClientFacts { status: status(enabled), party: party(first) },
            session: session.map(Session::try_from).transpose()?,
            consent: consent.map(Consent::try_from).transpose()?,
        })
    }
}

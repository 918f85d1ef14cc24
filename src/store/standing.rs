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
        .get_result(connection)
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
        .get_result(connection)
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

#[cfg(test)]
mod tests {
    use super::{
        super::{
            clients, consents, grants,
            testing::{NOW, after, cast, client, client_id, consent, grant, on_each, user},
            users,
        },
        *,
    };
    use crate::domain::{client::Client, user::UserStatus};

    #[test]
    fn a_grant_is_found_with_all_it_stands_on() {
        on_each(|store| {
            let (alice, session, app) = cast(store);
            let (held, allowed) = (grant(1, &app, &session), consent(&alice, &app));
            let first_party = Client { party: Party::First, status: ClientStatus::Disabled, ..app.clone() };
            let found = |at| store.read(|db| find_standing(db, &held.id, at)).unwrap();
            assert_eq!(found(NOW), None);
            store.write(|db| grants::insert(db, &held)).unwrap();
            let bare = Standing {
                grant: held.clone(),
                user: alice.clone(),
                client: ClientFacts { status: ClientStatus::Enabled, party: Party::Third },
                session: Some(session.clone()),
                consent: None,
            };
            assert_eq!(found(NOW), Some(bare.clone()));
            store.write(|db| consents::upsert(db, &allowed)).unwrap();
            store.write(|db| clients::update(db, &first_party)).unwrap();
            let client = ClientFacts { status: ClientStatus::Disabled, party: Party::First };
            let full = Standing { client, consent: Some(allowed.clone()), ..bare };
            assert_eq!(found(NOW), Some(full.clone()));
            assert_eq!(found(session.expires_at), Some(Standing { session: None, ..full }));
        });
    }

    /// A consent given to another client, or by another user, is none.
    #[test]
    fn a_foreign_consent_does_not_join() {
        on_each(|store| {
            let (alice, session, app) = cast(store);
            let (bob, other) = (user(2), client("other"));
            let held = grant(1, &app, &session);
            store
                .write(|db| {
                    users::insert(db, &bob, None)?;
                    clients::insert(db, &other)?;
                    consents::upsert(db, &consent(&alice, &other))?;
                    consents::upsert(db, &consent(&bob, &app))?;
                    grants::insert(db, &held)
                })
                .unwrap();
            assert_eq!(store.read(|db| find_standing(db, &held.id, NOW)).unwrap().unwrap().consent, None);
            let subject = store.read(|db| find_subject(db, &session.id, &alice.id, &app.id, NOW)).unwrap().unwrap();
            assert_eq!(subject.consent, None);
        });
    }

    #[test]
    fn a_subject_needs_a_live_session_of_its_own() {
        on_each(|store| {
            let (alice, session, app) = cast(store);
            let allowed = consent(&alice, &app);
            store.write(|db| consents::upsert(db, &allowed)).unwrap();
            store.write(|db| users::update_status(db, &alice.id, UserStatus::Suspended, after(1))).unwrap();
            let found = |user: &User, client: &ClientId, at| {
                store.read(|db| find_subject(db, &session.id, &user.id, client, at)).unwrap()
            };
            let suspended = User { status: UserStatus::Suspended, version: 2, updated_at: after(1), ..alice.clone() };
            let expected = Subject { user: suspended, session: session.clone(), consent: Some(allowed) };
            assert_eq!(found(&alice, &app.id, NOW), Some(expected.clone()));
            assert_eq!(found(&alice, &client_id("unknown"), NOW), Some(Subject { consent: None, ..expected }));
            assert_eq!(found(&user(2), &app.id, NOW), None);
            assert_eq!(found(&alice, &app.id, session.expires_at), None);
        });
    }
}

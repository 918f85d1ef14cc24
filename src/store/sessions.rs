//! Table `sessions`: who is signed in on which browser.

use diesel::prelude::*;

use super::{
    column::{digest, id, methods},
    connection::{Db, per_backend},
    error::StoreError,
    prepared::update,
    schema::{sessions, users},
    users::UserRow,
};
use crate::domain::{
    ids::{SessionId, UserId},
    secret::SecretDigest,
    session::{Door, Session},
    time::Timestamp,
    user::User,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions, treat_none_as_default_value = false)]
pub(super) struct SessionRow {
    id: String,
    user_id: String,
    secret: Vec<u8>,
    auth_time: i64,
    methods: String,
    door: String,
    device: Option<String>,
    address: Option<String>,
    last_seen_at: i64,
    created_at: i64,
    expires_at: i64,
}

pub fn insert(db: &mut Db, session: &Session) -> Result<(), StoreError> {
    let statement = diesel::insert_into(sessions::table).values(SessionRow::from(session));
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

pub fn find_by_id(db: &mut Db, session: &SessionId) -> Result<Option<Session>, StoreError> {
    let row = sessions::table.find(session.as_str()).select(SessionRow::as_select()).get_result(db).optional()?;
    row.map(Session::try_from).transpose()
}

/// The live session that a cookie opens, with its user of whatever status.
pub fn find_by_secret(
    db: &mut Db,
    secret: &SecretDigest,
    now: Timestamp,
) -> Result<Option<(Session, User)>, StoreError> {
    let live = sessions::secret.eq(secret.0.as_slice()).and(sessions::expires_at.gt(now.unix()));
    let query = sessions::table.inner_join(users::table).filter(live);
    let found: Option<(SessionRow, UserRow)> = per_backend!(db, connection =>
        query.select((SessionRow::as_select(), UserRow::as_select())).get_result(connection).optional())?;
    found.map(|(session, user)| Ok((session.try_into()?, user.try_into()?))).transpose()
}

/// The same user proved who they are again: a new secret, time, methods and end; the id stays.
pub fn renew(db: &mut Db, renewed: &Session) -> Result<bool, StoreError> {
    let row = sessions::table.find(renewed.id.as_str()).filter(sessions::user_id.eq(renewed.user_id.as_str()));
    let change = (
        sessions::secret.eq(renewed.secret.0.as_slice()),
        sessions::auth_time.eq(renewed.auth_time.unix()),
        sessions::methods.eq(renewed.methods.as_str()),
        sessions::device.eq(renewed.device.as_deref()),
        sessions::address.eq(renewed.address.map(|address| address.to_string())),
        sessions::last_seen_at.eq(renewed.last_seen_at.unix()),
        sessions::expires_at.eq(renewed.expires_at.unix()),
    );
    Ok(diesel::update(row).set(change).execute(db)? == 1)
}

/// It was used at `now`, which moves its end.
pub fn touch(db: &mut Db, session: &SessionId, now: Timestamp, expires_at: Timestamp) -> Result<bool, StoreError> {
    let row = sessions::id.eq(session.as_str());
    let change = (sessions::last_seen_at.eq(now.unix()), sessions::expires_at.eq(expires_at.unix()));
    Ok(update(sessions::table, row, change).execute(db)? == 1)
}

pub fn delete(db: &mut Db, session: &SessionId) -> Result<bool, StoreError> {
    Ok(diesel::delete(sessions::table.find(session.as_str())).execute(db)? == 1)
}

/// The live ones, newest first.
pub fn list_by_user(db: &mut Db, user: &UserId, now: Timestamp) -> Result<Vec<Session>, StoreError> {
    let rows = sessions::table
        .filter(sessions::user_id.eq(user.as_str()))
        .filter(sessions::expires_at.gt(now.unix()))
        .order(sessions::id.desc())
        .select(SessionRow::as_select())
        .load(db)?;
    rows.into_iter().map(Session::try_from).collect()
}

/// Ends the oldest of a user's sessions beyond so many.
pub fn delete_beyond(db: &mut Db, user: &UserId, most: i64) -> Result<usize, StoreError> {
    let session = diesel::alias!(sessions as session);
    let kept = session
        .filter(session.field(sessions::user_id).eq(user.as_str()))
        .order(session.field(sessions::id).desc())
        .limit(most)
        .select(session.field(sessions::id));
    let beyond = sessions::table.filter(sessions::user_id.eq(user.as_str())).filter(sessions::id.ne_all(kept));
    Ok(diesel::delete(beyond).execute(db)?)
}

/// Every session of a user but one.
pub fn delete_others(db: &mut Db, user: &UserId, kept: &SessionId) -> Result<usize, StoreError> {
    let others = sessions::table.filter(sessions::user_id.eq(user.as_str())).filter(sessions::id.ne(kept.as_str()));
    Ok(diesel::delete(others).execute(db)?)
}

pub fn delete_by_user(db: &mut Db, user: &UserId) -> Result<usize, StoreError> {
    Ok(diesel::delete(sessions::table.filter(sessions::user_id.eq(user.as_str()))).execute(db)?)
}

/// The live ones of everybody.
pub fn count_live(db: &mut Db, now: Timestamp) -> Result<i64, StoreError> {
    Ok(sessions::table.filter(sessions::expires_at.gt(now.unix())).count().get_result(db)?)
}

/// Those of everybody that began then or later and are still there: an id begins with its moment.
pub fn count_begun_since(db: &mut Db, since: Timestamp) -> Result<i64, StoreError> {
    let first = SessionId::new(since, [0; 10]);
    Ok(sessions::table.filter(sessions::id.ge(first.as_str())).count().get_result(db)?)
}

impl From<&Session> for SessionRow {
    fn from(session: &Session) -> Self {
        Self {
            id: session.id.as_str().to_owned(),
            user_id: session.user_id.as_str().to_owned(),
            secret: session.secret.0.to_vec(),
            auth_time: session.auth_time.unix(),
            methods: session.methods.as_str().to_owned(),
            door: session.door.as_str().to_owned(),
            device: session.device.clone(),
            address: session.address.map(|address| address.to_string()),
            last_seen_at: session.last_seen_at.unix(),
            created_at: session.created_at.unix(),
            expires_at: session.expires_at.unix(),
        }
    }
}

impl TryFrom<SessionRow> for Session {
    type Error = StoreError;

    fn try_from(row: SessionRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: id("sessions.id", &row.id)?,
            user_id: id("sessions.user_id", &row.user_id)?,
            secret: digest(row.secret)?,
            auth_time: Timestamp::from_unix(row.auth_time),
            methods: methods(&row.methods)?,
            door: Door::parse(&row.door),
            device: row.device,
            address: row.address.and_then(|text| text.parse().ok()),
            last_seen_at: Timestamp::from_unix(row.last_seen_at),
            created_at: Timestamp::from_unix(row.created_at),
            expires_at: Timestamp::from_unix(row.expires_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            testing::{NOW, after, cast, on_each, session, user},
            users,
        },
        *,
    };

    #[test]
    fn a_secret_opens_its_session_until_it_ends() {
        on_each(|store| {
            let (alice, session, _) = cast(store);
            let found = |at| store.read(|db| find_by_secret(db, &session.secret, at)).unwrap();
            assert_eq!(found(NOW), Some((session.clone(), alice)));
            assert_eq!(found(session.expires_at), None);
            assert_eq!(store.read(|db| find_by_secret(db, &SecretDigest([9; 32]), NOW)).unwrap(), None);
        });
    }

    /// The secret changes at login: the old cookie is dead.
    #[test]
    fn renewing_keeps_the_id_and_ends_the_old_secret() {
        on_each(|store| {
            let (_, old, _) = cast(store);
            let renewed = Session { secret: SecretDigest([7; 32]), auth_time: after(60), ..old.clone() };
            assert!(store.write(|db| renew(db, &renewed)).unwrap());
            assert_eq!(store.read(|db| find_by_secret(db, &old.secret, NOW)).unwrap(), None);
            assert_eq!(store.read(|db| find_by_id(db, &old.id)).unwrap(), Some(renewed.clone()));
            let foreign = Session { user_id: user(9).id, ..renewed };
            assert!(!store.write(|db| renew(db, &foreign)).unwrap(), "another user's session was renewed");
        });
    }

    #[test]
    fn a_session_is_touched_and_deleted() {
        on_each(|store| {
            let (alice, first, _) = cast(store);
            store.write(|db| insert(db, &session(2, &alice))).unwrap();
            assert!(store.write(|db| touch(db, &first.id, NOW, after(5000))).unwrap());
            assert!(store.read(|db| find_by_secret(db, &first.secret, after(4999))).unwrap().is_some());
            assert!(store.write(|db| delete(db, &first.id)).unwrap());
            assert!(!store.write(|db| delete(db, &first.id)).unwrap());
            assert_eq!(store.write(|db| delete_by_user(db, &alice.id)).unwrap(), 1);
        });
    }

    #[test]
    fn live_sessions_are_listed_newest_first_with_door_and_device() {
        on_each(|store| {
            let (alice, first, _) = cast(store);
            let api =
                Session { door: Door::Api("comind".to_owned()), device: None, address: None, ..session(2, &alice) };
            let ended = Session { expires_at: after(10), ..session(3, &alice) };
            store.write(|db| insert(db, &api).and_then(|()| insert(db, &ended))).unwrap();
            let listed = |owner: &User, at| store.read(|db| list_by_user(db, &owner.id, at)).unwrap();
            assert_eq!(listed(&alice, after(9)), [ended, api.clone(), first.clone()]);
            assert_eq!(listed(&alice, after(10)), [api, first]);
            assert_eq!(listed(&user(2), NOW), []);
        });
    }

    #[test]
    fn the_oldest_sessions_of_a_user_end_beyond_so_many() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let (bob, second, third) = (user(2), session(2, &alice), session(3, &alice));
            store
                .write(|db| {
                    users::insert(db, &bob, None)?;
                    insert(db, &second)?;
                    insert(db, &third)?;
                    insert(db, &session(4, &bob))
                })
                .unwrap();
            let ended = |most| store.write(|db| delete_beyond(db, &alice.id, most)).unwrap();
            assert_eq!([ended(3), ended(2), ended(2)], [0, 1, 0]);
            assert_eq!(store.read(|db| list_by_user(db, &alice.id, NOW)).unwrap(), [third, second]);
            assert_eq!(store.read(|db| list_by_user(db, &bob.id, NOW)).unwrap().len(), 1, "another user's session");
        });
    }

    #[test]
    fn the_live_and_the_new_ones_are_counted() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let later = Session { id: SessionId::new(after(60), [0; 10]), expires_at: after(70), ..session(2, &alice) };
            store.write(|db| insert(db, &later)).unwrap();
            let live = |at| store.read(|db| count_live(db, after(at))).unwrap();
            assert_eq!([live(69), live(70), live(1000)], [2, 1, 0]);
            let begun = |at| store.read(|db| count_begun_since(db, after(at))).unwrap();
            assert_eq!([begun(0), begun(1), begun(60), begun(61)], [2, 1, 1, 0]);
        });
    }

    #[test]
    fn all_others_end_and_the_kept_one_stays() {
        on_each(|store| {
            let (alice, first, _) = cast(store);
            let bob = user(2);
            store
                .write(|db| {
                    users::insert(db, &bob, None)?;
                    insert(db, &session(2, &alice))?;
                    insert(db, &session(3, &alice))?;
                    insert(db, &session(4, &bob))
                })
                .unwrap();
            let ended = || store.write(|db| delete_others(db, &alice.id, &first.id)).unwrap();
            assert_eq!([ended(), ended()], [2, 0]);
            assert_eq!(store.read(|db| list_by_user(db, &alice.id, NOW)).unwrap(), [first]);
            assert_eq!(store.read(|db| list_by_user(db, &bob.id, NOW)).unwrap().len(), 1, "another user's session");
        });
    }
}

//! What ends with a client or a user: the live grants, and the people and sessions that hold them.

use diesel::{
    dsl::{count, count_star},
    prelude::*,
};

use super::super::{
    connection::Db,
    error::StoreError,
    schema::{grants, sessions},
};
use crate::domain::{client::ClientId, grant::Binding, ids::UserId, time::Timestamp};

/// How many live grants, of how many people, from how many live sessions: an offline grant may have none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub grants: i64,
    pub people: i64,
    pub sessions: i64,
}

/// Reads every grant of the client.
pub fn reach_of_client(db: &mut Db, client: &ClientId, now: Timestamp) -> Result<Reach, StoreError> {
    let live_session = sessions::id.eq(grants::session_id).and(sessions::expires_at.gt(now.unix()));
    let (grants, people, sessions) = grants::table
        .left_join(sessions::table.on(live_session))
        .filter(grants::client_id.eq(client.as_str()))
        .filter(grants::revoked_at.is_null())
        .filter(grants::expires_at.gt(now.unix()))
        .filter(grants::binding.eq(Binding::Offline.as_str()).or(sessions::id.nullable().is_not_null()))
        .select((
            count_star(),
            count(grants::user_id).aggregate_distinct(),
            count(sessions::id.nullable()).aggregate_distinct(),
        ))
        .get_result(db)?;
    Ok(Reach { grants, people, sessions })
}

/// The live ones: bound to a live session, or to none.
pub fn count_by_user(db: &mut Db, user: &UserId, now: Timestamp) -> Result<i64, StoreError> {
    let live_session = sessions::id.eq(grants::session_id).and(sessions::expires_at.gt(now.unix()));
    let live = grants::table
        .left_join(sessions::table.on(live_session))
        .filter(grants::user_id.eq(user.as_str()))
        .filter(grants::revoked_at.is_null())
        .filter(grants::expires_at.gt(now.unix()))
        .filter(grants::binding.eq(Binding::Offline.as_str()).or(sessions::id.nullable().is_not_null()));
    Ok(live.select(count_star()).get_result(db)?)
}

/// Of everybody, from the index alone: also what was revoked lately and is kept to know its code again, and what was
/// bound to a session that is gone.
pub fn count_unexpired(db: &mut Db, now: Timestamp) -> Result<i64, StoreError> {
    Ok(grants::table.filter(grants::expires_at.gt(now.unix())).count().get_result(db)?)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            super::{
                clients, sessions as session_rows,
                testing::{NOW, after, cast, client, grant, on_each, session, user},
                users,
            },
            insert,
        },
        *,
    };
    use crate::domain::{grant::Grant, session::Session};

    #[test]
    fn what_is_dead_or_of_another_client_does_not_count() {
        on_each(|store| {
            let (alice, first, app) = cast(store);
            let (bob, other) = (user(2), client("other"));
            let ended = Session { expires_at: after(5), ..session(2, &alice) };
            let bobs = session(3, &bob);
            let offline = |grant: Grant| Grant { binding: Binding::Offline, ..grant };
            let all = [
                grant(1, &app, &first),
                grant(2, &app, &first),
                grant(3, &app, &ended),
                offline(grant(4, &app, &ended)),
                grant(5, &app, &bobs),
                Grant { revoked_at: Some(NOW), ..grant(6, &app, &bobs) },
                Grant { expires_at: after(5), ..grant(7, &app, &bobs) },
                grant(8, &other, &first),
            ];
            store
                .write(|db| {
                    users::insert(db, &bob, None)?;
                    clients::insert(db, &other)?;
                    session_rows::insert(db, &ended)?;
                    session_rows::insert(db, &bobs)?;
                    all.iter().try_for_each(|it| insert(db, it).map(|_| ()))
                })
                .unwrap();
            let reach = |client: &ClientId, at| store.read(|db| reach_of_client(db, client, after(at))).unwrap();
            assert_eq!(reach(&app.id, 5), Reach { grants: 4, people: 2, sessions: 2 });
            assert_eq!(reach(&app.id, 4), Reach { grants: 6, people: 2, sessions: 3 });
            assert_eq!(reach(&other.id, 5), Reach { grants: 1, people: 1, sessions: 1 });
            assert_eq!(reach(&client("none").id, 5), Reach::default());
            let of = |user: &UserId| store.read(|db| count_by_user(db, user, after(5))).unwrap();
            assert_eq!([of(&alice.id), of(&bob.id), of(&user(9).id)], [4, 1, 0]);
            assert_eq!(store.read(|db| count_unexpired(db, after(5))).unwrap(), 7);
        });
    }
}

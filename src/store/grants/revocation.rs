//! Ending grants: one, a family beyond the cap, or all that rested on something that is gone.

use diesel::{dsl::Eq, prelude::*};

use super::super::{
    connection::{Db, per_backend},
    error::StoreError,
    prepared::update,
    schema::grants,
};
use crate::domain::{
    client::ClientId,
    grant::{Binding, Grant, GrantId},
    ids::{SessionId, UserId},
    time::{Seconds, Timestamp},
};

/// False where it was revoked before or is not there. The row stays until `keep_until`, to know its code again.
pub fn revoke(db: &mut Db, grant: &GrantId, now: Timestamp, keep_until: Timestamp) -> Result<bool, StoreError> {
    let unrevoked = grants::id.eq(grant.0.as_slice()).and(grants::revoked_at.is_null());
    Ok(update(grants::table, unrevoked, ended(now, keep_until)).execute(db)? == 1)
}

/// Keeps at most `cap` unrevoked grants of the newest one's user and client, itself among them: the oldest go.
/// An expired one counts until it is purged.
pub fn revoke_beyond(
    db: &mut Db,
    newest: &Grant,
    cap: i64,
    now: Timestamp,
    keep: Seconds,
) -> Result<usize, StoreError> {
    let older = diesel::alias!(grants as older);
    let beyond = older
        .filter(older.field(grants::user_id).eq(newest.user_id.as_str()))
        .filter(older.field(grants::client_id).eq(newest.client_id.as_str()))
        .filter(older.field(grants::revoked_at).is_null())
        .filter(older.field(grants::id).ne(newest.id.0.as_slice()))
        .order(older.field(grants::created_at).desc())
        .limit(i64::MAX)
        .offset(cap.saturating_sub(1).max(0))
        .select(older.field(grants::id));
    let (those, change) = (grants::id.eq_any(beyond), ended(now, now.plus(keep)));
    Ok(per_backend!(db, connection => update(grants::table, those, change).execute(connection))?)
}

/// Ends all that a withdrawn consent allowed.
pub fn revoke_by_consent(
    db: &mut Db,
    user: &UserId,
    client: &ClientId,
    now: Timestamp,
    keep_until: Timestamp,
) -> Result<usize, StoreError> {
    let allowed =
        grants::user_id.eq(user.as_str()).and(grants::client_id.eq(client.as_str())).and(grants::revoked_at.is_null());
    Ok(update(grants::table, allowed, ended(now, keep_until)).execute(db)?)
}

/// Ends everything that a client was granted.
pub fn revoke_by_client(
    db: &mut Db,
    client: &ClientId,
    now: Timestamp,
    keep_until: Timestamp,
) -> Result<usize, StoreError> {
    let its = grants::client_id.eq(client.as_str()).and(grants::revoked_at.is_null());
    Ok(update(grants::table, its, ended(now, keep_until)).execute(db)?)
}

/// Ends everything that a user has granted.
pub fn revoke_by_user(db: &mut Db, user: &UserId, now: Timestamp, keep_until: Timestamp) -> Result<usize, StoreError> {
    let theirs = grants::user_id.eq(user.as_str()).and(grants::revoked_at.is_null());
    Ok(update(grants::table, theirs, ended(now, keep_until)).execute(db)?)
}

/// Ends what is bound to one session; offline grants outlive it. The user is named because the index begins with them.
pub fn revoke_by_session(
    db: &mut Db,
    user: &UserId,
    session: &SessionId,
    now: Timestamp,
    keep_until: Timestamp,
) -> Result<usize, StoreError> {
    let bound = grants::user_id
        .eq(user.as_str())
        .and(grants::session_id.eq(session.as_str()))
        .and(grants::binding.eq(Binding::Session.as_str()))
        .and(grants::revoked_at.is_null());
    Ok(update(grants::table, bound, ended(now, keep_until)).execute(db)?)
}

/// Ends everything that a user has granted but what is bound to the session that stays: other sessions' grants, and
/// all offline ones.
pub fn revoke_others(
    db: &mut Db,
    user: &UserId,
    kept: &SessionId,
    now: Timestamp,
    keep_until: Timestamp,
) -> Result<usize, StoreError> {
    let unbound = grants::session_id.ne(kept.as_str()).or(grants::binding.ne(Binding::Session.as_str()));
    let others = grants::user_id.eq(user.as_str()).and(grants::revoked_at.is_null()).and(unbound);
    Ok(update(grants::table, others, ended(now, keep_until)).execute(db)?)
}

/// Ends everything that a user has granted in another session than this one; its offline grants stay.
pub fn revoke_of_others(
    db: &mut Db,
    user: &UserId,
    kept: &SessionId,
    now: Timestamp,
    keep_until: Timestamp,
) -> Result<usize, StoreError> {
    let elsewhere = grants::session_id.ne(kept.as_str());
    let others = grants::user_id.eq(user.as_str()).and(grants::revoked_at.is_null()).and(elsewhere);
    Ok(update(grants::table, others, ended(now, keep_until)).execute(db)?)
}

type Ended = (Eq<grants::revoked_at, i64>, Eq<grants::expires_at, i64>);

fn ended(now: Timestamp, keep_until: Timestamp) -> Ended {
    (grants::revoked_at.eq(now.unix()), grants::expires_at.eq(keep_until.unix()))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            super::{
                clients,
                testing::{NOW, after, cast, client as app, grant, on_each, session, user},
                users,
            },
            find, insert,
        },
        *,
    };

    const KEEP: Seconds = Seconds(660);

    #[test]
    fn beyond_the_cap_the_oldest_go_and_the_newest_stays() {
        on_each(|store| {
            let (_, session, client) = cast(store);
            // All but the first are of one second: the newest is known by its id, not by its time.
            let grants: Vec<_> =
                (1..=5).map(|n| Grant { created_at: after(i64::from(n > 1)), ..grant(n, &client, &session) }).collect();
            for grant in &grants {
                store.write(|db| insert(db, grant)).unwrap();
            }
            let newest = grants.last().unwrap();
            let cap = |cap| store.write(|db| revoke_beyond(db, newest, cap, after(9), KEEP)).unwrap();
            let revoked = |n: u8| store.read(|db| find(db, &GrantId([n; 16]))).unwrap().unwrap().revoked_at.is_some();
            assert_eq!([cap(5), cap(4)], [0, 1]);
            assert!(revoked(1) && !revoked(5));
            assert_eq!(cap(1), 3);
            assert!(revoked(2) && revoked(3) && revoked(4) && !revoked(5));
            assert_eq!(store.read(|db| find(db, &GrantId([1; 16]))).unwrap().unwrap().expires_at, after(9).plus(KEEP));
        });
    }

    #[test]
    fn a_withdrawn_consent_and_an_ended_session_revoke_what_they_carried() {
        on_each(|store| {
            let (alice, session, client) = cast(store);
            let other = app("other");
            let offline = Grant { binding: Binding::Offline, ..grant(2, &client, &session) };
            let foreign = Grant { binding: Binding::Offline, ..grant(3, &other, &session) };
            store
                .write(|db| {
                    clients::insert(db, &other)?;
                    let all = [&grant(1, &client, &session), &offline, &foreign];
                    all.into_iter().try_for_each(|it| insert(db, it).map(|_| ()))
                })
                .unwrap();
            let by_session = |at| store.write(|db| revoke_by_session(db, &alice.id, &session.id, at, after(661)));
            assert_eq!([by_session(NOW).unwrap(), by_session(NOW).unwrap()], [1, 0]);
            let by_client = |id| store.write(|db| revoke_by_client(db, id, NOW, after(661))).unwrap();
            assert_eq!([by_client(&other.id), by_client(&other.id)], [1, 0], "another client's grant");
            let by_consent = |id| store.write(|db| revoke_by_consent(db, id, &client.id, NOW, after(661))).unwrap();
            assert_eq!([by_consent(&user(9).id), by_consent(&alice.id)], [0, 1]);
        });
    }

    /// A password was changed from one session: what may be in other hands ends.
    #[test]
    fn only_what_the_kept_session_carries_stays() {
        on_each(|store| {
            let (alice, kept, client) = cast(store);
            let (bob, other) = (user(2), session(2, &alice));
            let grants = [
                grant(1, &client, &kept),
                Grant { binding: Binding::Offline, ..grant(2, &client, &kept) },
                grant(3, &client, &other),
                Grant { binding: Binding::Offline, ..grant(4, &client, &other) },
                Grant { user_id: bob.id.clone(), ..grant(5, &client, &other) },
            ];
            store.write(|db| users::insert(db, &bob, None)).unwrap();
            store.write(|db| grants.iter().try_for_each(|it| insert(db, it).map(|_| ()))).unwrap();
            let revoked =
                || grants.each_ref().map(|it| store.read(|db| find(db, &it.id)).unwrap().unwrap().revoked_at.is_some());
            let of_others =
                || store.write(|db| revoke_of_others(db, &alice.id, &kept.id, after(4), after(664))).unwrap();
            assert_eq!([of_others(), of_others()], [2, 0]);
            assert_eq!(revoked(), [false, false, true, true, false]);
            let ended = || store.write(|db| revoke_others(db, &alice.id, &kept.id, after(5), after(665))).unwrap();
            assert_eq!([ended(), ended()], [1, 0]);
            assert_eq!(revoked(), [false, true, true, true, false]);
        });
    }
}

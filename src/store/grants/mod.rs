//! Table `grants`: redeemed codes and their families of refresh tokens, one row for ever.

mod reach;
mod revocation;

use diesel::{
    dsl::{Eq, max},
    prelude::*,
};

pub use self::{
    reach::{Reach, count_by_user, count_unexpired, reach_of_client},
    revocation::{
        revoke, revoke_beyond, revoke_by_client, revoke_by_consent, revoke_by_session, revoke_by_user,
        revoke_of_others, revoke_others,
    },
};
use super::{
    column::{claims, claims_text, client_id, id, known, list_text, methods, moment, scope, strings},
    connection::{Db, per_backend},
    error::StoreError,
    prepared::update,
    schema::grants,
};
use crate::domain::{
    client::ClientId,
    grant::{Binding, Grant, GrantId},
    ids::UserId,
    time::Timestamp,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = grants, treat_none_as_default_value = false)]
pub(super) struct GrantRow {
    id: Vec<u8>,
    client_id: String,
    user_id: String,
    session_id: String,
    binding: String,
    scope: String,
    resources: String,
    claims: Option<String>,
    auth_time: i64,
    methods: String,
    generation: i64,
    rotated_at: i64,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
}

/// Redeems a code: of any number of attempts one is true, and the others find its row. RFC 6749 §4.1.2.
pub fn insert(db: &mut Db, grant: &Grant) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(grants::table).values(GrantRow::from(grant)).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

pub fn find(db: &mut Db, grant: &GrantId) -> Result<Option<Grant>, StoreError> {
    let query = grants::table.find(grant.0.as_slice());
    let row: Option<GrantRow> = per_backend!(db, connection =>
        query.select(GrantRow::as_select()).get_result(connection).optional())?;
    row.map(Grant::try_from).transpose()
}

/// Moves the family from generation `from` to the next; of any number of attempts one is true.
pub fn rotate(
    db: &mut Db,
    grant: &GrantId,
    from: i64,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let current = grants::id
        .eq(grant.0.as_slice())
        .and(grants::generation.eq(from))
        .and(grants::revoked_at.is_null())
        .and(grants::expires_at.gt(now.unix()));
    let change = moved(from.saturating_add(1), now, expires_at);
    Ok(per_backend!(db, connection => update(grants::table, current, change).execute(connection))? == 1)
}

/// Moves the family up to generation `to` where a restored backup left it behind; never back.
pub fn forward(
    db: &mut Db,
    grant: &GrantId,
    to: i64,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let behind = grants::id
        .eq(grant.0.as_slice())
        .and(grants::generation.lt(to))
        .and(grants::revoked_at.is_null())
        .and(grants::expires_at.gt(now.unix()));
    let change = moved(to, now, expires_at);
    Ok(update(grants::table, behind, change).execute(db)? == 1)
}

/// Puts off the end of a family that is used without being rotated.
pub fn extend(db: &mut Db, grant: &GrantId, expires_at: Timestamp) -> Result<bool, StoreError> {
    let unrevoked = grants::table.find(grant.0.as_slice()).filter(grants::revoked_at.is_null());
    Ok(diesel::update(unrevoked).set(grants::expires_at.eq(expires_at.unix())).execute(db)? == 1)
}

/// When each client last used what a user granted it and did not take back.
pub fn last_use_by_client(db: &mut Db, user: &UserId) -> Result<Vec<(ClientId, Timestamp)>, StoreError> {
    let rows: Vec<(String, Option<i64>)> = grants::table
        .filter(grants::user_id.eq(user.as_str()))
        .filter(grants::revoked_at.is_null())
        .group_by(grants::client_id)
        .order(grants::client_id)
        .select((grants::client_id, max(grants::rotated_at)))
        .load(db)?;
    let line = |(client, at): (String, Option<i64>)| Ok((client_id(&client)?, known("rotated_at", moment(at))?));
    rows.into_iter().map(line).collect()
}

type Moved = (Eq<grants::generation, i64>, Eq<grants::rotated_at, i64>, Eq<grants::expires_at, i64>);

fn moved(generation: i64, now: Timestamp, expires_at: Timestamp) -> Moved {
    (grants::generation.eq(generation), grants::rotated_at.eq(now.unix()), grants::expires_at.eq(expires_at.unix()))
}

impl From<&Grant> for GrantRow {
    fn from(grant: &Grant) -> Self {
        Self {
            id: grant.id.0.to_vec(),
            client_id: grant.client_id.as_str().to_owned(),
            user_id: grant.user_id.as_str().to_owned(),
            session_id: grant.session_id.as_str().to_owned(),
            binding: grant.binding.as_str().to_owned(),
            scope: grant.scope.to_string(),
            resources: list_text(&grant.resources),
            claims: claims_text(&grant.claims),
            auth_time: grant.auth_time.unix(),
            methods: grant.methods.as_str().to_owned(),
            generation: grant.generation,
            rotated_at: grant.rotated_at.unix(),
            created_at: grant.created_at.unix(),
            expires_at: grant.expires_at.unix(),
            revoked_at: grant.revoked_at.map(Timestamp::unix),
        }
    }
}

impl TryFrom<GrantRow> for Grant {
    type Error = StoreError;

    fn try_from(row: GrantRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: GrantId(known("grants.id", <[u8; 16]>::try_from(row.id).ok())?),
            client_id: client_id(&row.client_id)?,
            user_id: id("grants.user_id", &row.user_id)?,
            session_id: id("grants.session_id", &row.session_id)?,
            binding: known("grants.binding", Binding::parse(&row.binding))?,
            scope: scope(&row.scope)?,
            resources: strings("grants.resources", &row.resources)?,
            claims: claims(row.claims.as_deref()),
            auth_time: Timestamp::from_unix(row.auth_time),
            methods: methods(&row.methods)?,
            generation: row.generation,
            rotated_at: Timestamp::from_unix(row.rotated_at),
            created_at: Timestamp::from_unix(row.created_at),
            expires_at: Timestamp::from_unix(row.expires_at),
            revoked_at: moment(row.revoked_at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            clients, consents, sessions,
            testing::{NOW, after, cast, client, consent, grant, on_each, user, winners},
            users,
        },
        *,
    };

    #[test]
    fn a_grant_survives_the_table() {
        on_each(|store| {
            let (_, session, client) = cast(store);
            let offline = Grant { binding: Binding::Offline, ..grant(1, &client, &session) };
            assert!(store.write(|db| insert(db, &offline)).unwrap());
            assert_eq!(store.read(|db| find(db, &offline.id)).unwrap(), Some(offline));
            assert_eq!(store.read(|db| find(db, &GrantId([9; 16]))).unwrap(), None);
        });
    }

    /// RFC 6749 §4.1.2: of 20 parallel redemptions one wins, and the others go on in their transactions.
    #[test]
    fn a_code_is_redeemed_once() {
        on_each(|store| {
            let (_, session, client) = cast(store);
            let grant = grant(1, &client, &session);
            let won = winners(store, |db, _| {
                let first = insert(db, &grant)?;
                assert_eq!(find(db, &grant.id)?.map(|row| row.id), Some(grant.id));
                Ok(first)
            });
            assert_eq!(won, 1);
        });
    }

    #[test]
    fn a_generation_is_rotated_once() {
        on_each(|store| {
            let (_, session, client) = cast(store);
            let grant = grant(1, &client, &session);
            store.write(|db| insert(db, &grant)).unwrap();
            let won = winners(store, |db, _| rotate(db, &grant.id, 0, after(10), after(2000)));
            assert_eq!(won, 1);
            let rotated = Grant { generation: 1, rotated_at: after(10), expires_at: after(2000), ..grant };
            assert_eq!(store.read(|db| find(db, &rotated.id)).unwrap(), Some(rotated));
        });
    }

    #[test]
    fn what_is_revoked_or_expired_does_not_rotate() {
        on_each(|store| {
            let (_, session, client) = cast(store);
            let (dead, late) = (grant(1, &client, &session), grant(2, &client, &session));
            store.write(|db| Ok((insert(db, &dead)?, insert(db, &late)?))).unwrap();
            assert!(store.write(|db| revoke(db, &dead.id, after(1), after(661))).unwrap());
            assert!(!store.write(|db| revoke(db, &dead.id, after(2), after(999))).unwrap());
            let kept = store.read(|db| find(db, &dead.id)).unwrap().unwrap();
            assert_eq!((kept.revoked_at, kept.expires_at), (Some(after(1)), after(661)));
            for (row, at) in [(&dead, NOW), (&late, late.expires_at)] {
                assert!(!store.write(|db| rotate(db, &row.id, 0, at, after(9999))).unwrap());
                assert!(!store.write(|db| forward(db, &row.id, 5, at, after(9999))).unwrap());
            }
        });
    }

    /// A restored backup knows an older generation than the client holds.
    #[test]
    fn a_family_moves_forward_and_never_back() {
        on_each(|store| {
            let (_, session, client) = cast(store);
            let grant = grant(1, &client, &session);
            store.write(|db| insert(db, &grant)).unwrap();
            assert!(store.write(|db| forward(db, &grant.id, 7, NOW, after(1000))).unwrap());
            assert!(!store.write(|db| forward(db, &grant.id, 7, NOW, after(1000))).unwrap());
            assert!(!store.write(|db| forward(db, &grant.id, 3, NOW, after(1000))).unwrap());
            assert_eq!(store.read(|db| find(db, &grant.id)).unwrap().unwrap().generation, 7);
        });
    }

    #[test]
    fn everything_of_a_user_or_a_client_goes_with_it() {
        on_each(|store| {
            let (alice, session, client) = cast(store);
            let bob = user(2);
            let bobs = Grant { user_id: bob.id.clone(), ..grant(2, &client, &session) };
            let allowed = consent(&alice, &client);
            store
                .write(|db| {
                    users::insert(db, &bob, None)?;
                    consents::upsert(db, &allowed)?;
                    Ok((insert(db, &grant(1, &client, &session))?, insert(db, &bobs)?))
                })
                .unwrap();
            assert!(store.write(|db| users::delete(db, &alice.id)).unwrap());
            assert_eq!(store.read(|db| sessions::find_by_id(db, &session.id)).unwrap(), None);
            assert_eq!(store.read(|db| consents::list_by_user(db, &alice.id)).unwrap(), []);
            assert_eq!(store.read(|db| find(db, &GrantId([1; 16]))).unwrap(), None);
            assert!(store.read(|db| find(db, &bobs.id)).unwrap().is_some());
            assert!(store.write(|db| clients::delete(db, &client.id)).unwrap());
            assert_eq!(store.read(|db| find(db, &bobs.id)).unwrap(), None);
        });
    }

    #[test]
    fn the_last_use_of_a_client_is_its_newest_unrevoked_grant() {
        on_each(|store| {
            let (alice, session, app) = cast(store);
            let (other, gone) = (client("other"), client("gone"));
            let used = |n: u8, client, at| Grant { rotated_at: after(at), ..grant(n, client, &session) };
            let revoked = |grant: Grant| Grant { revoked_at: Some(NOW), ..grant };
            let all = [
                used(1, &app, 5),
                used(2, &app, 9),
                revoked(used(3, &app, 20)),
                used(4, &other, 1),
                revoked(used(5, &gone, 7)),
            ];
            store
                .write(|db| {
                    clients::insert(db, &other)?;
                    clients::insert(db, &gone)?;
                    all.iter().try_for_each(|it| insert(db, it).map(|_| ()))
                })
                .unwrap();
            let found = store.read(|db| last_use_by_client(db, &alice.id)).unwrap();
            assert_eq!(found, [(app.id.clone(), after(9)), (other.id.clone(), after(1))]);
            assert_eq!(store.read(|db| last_use_by_client(db, &user(9).id)).unwrap(), []);
        });
    }
}

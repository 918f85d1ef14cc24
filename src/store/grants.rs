//! Table `grants`: redeemed codes and their families of refresh tokens, one row for ever.

use diesel::prelude::*;

use super::{
    column::{claims, claims_text, client_id, id, known, list_text, methods, moment, scope, strings},
    connection::{Db, per_backend},
    error::StoreError,
    schema::grants,
};
use crate::domain::{
    client::ClientId,
    grant::{Binding, Grant, GrantId},
    ids::{SessionId, UserId},
    time::{Seconds, Timestamp},
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
        query.select(GrantRow::as_select()).first(connection).optional())?;
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
    let current = grants::table
        .find(grant.0.as_slice())
        .filter(grants::generation.eq(from))
        .filter(grants::revoked_at.is_null())
        .filter(grants::expires_at.gt(now.unix()));
    let statement = diesel::update(current).set((
        grants::generation.eq(from.saturating_add(1)),
        grants::rotated_at.eq(now.unix()),
        grants::expires_at.eq(expires_at.unix()),
    ));
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

/// Moves the family up to generation `to` where a restored backup left it behind; never back.
pub fn forward(
    db: &mut Db,
    grant: &GrantId,
    to: i64,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let behind = grants::table
        .find(grant.0.as_slice())
        .filter(grants::generation.lt(to))
        .filter(grants::revoked_at.is_null())
        .filter(grants::expires_at.gt(now.unix()));
    let statement = diesel::update(behind).set((
        grants::generation.eq(to),
        grants::rotated_at.eq(now.unix()),
        grants::expires_at.eq(expires_at.unix()),
    ));
    Ok(statement.execute(db)? == 1)
}

/// False where it was revoked before or is not there. The row stays until `keep_until`, to know its code again.
pub fn revoke(db: &mut Db, grant: &GrantId, now: Timestamp, keep_until: Timestamp) -> Result<bool, StoreError> {
    let unrevoked = grants::table.find(grant.0.as_slice()).filter(grants::revoked_at.is_null());
    let statement =
        diesel::update(unrevoked).set((grants::revoked_at.eq(now.unix()), grants::expires_at.eq(keep_until.unix())));
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
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
    let statement = diesel::update(grants::table.filter(grants::id.eq_any(beyond)))
        .set((grants::revoked_at.eq(now.unix()), grants::expires_at.eq(now.plus(keep).unix())));
    Ok(per_backend!(db, connection => statement.execute(connection))?)
}

/// Ends all that a withdrawn consent allowed.
pub fn revoke_by_consent(
    db: &mut Db,
    user: &UserId,
    client: &ClientId,
    now: Timestamp,
    keep_until: Timestamp,
) -> Result<usize, StoreError> {
    let allowed = grants::table
        .filter(grants::user_id.eq(user.as_str()))
        .filter(grants::client_id.eq(client.as_str()))
        .filter(grants::revoked_at.is_null());
    let change = (grants::revoked_at.eq(now.unix()), grants::expires_at.eq(keep_until.unix()));
    Ok(diesel::update(allowed).set(change).execute(db)?)
}

/// Ends what is bound to one session; offline grants outlive it. The user is named because the index begins with them.
pub fn revoke_by_session(
    db: &mut Db,
    user: &UserId,
    session: &SessionId,
    now: Timestamp,
    keep_until: Timestamp,
) -> Result<usize, StoreError> {
    let bound = grants::table
        .filter(grants::user_id.eq(user.as_str()))
        .filter(grants::session_id.eq(session.as_str()))
        .filter(grants::binding.eq(Binding::Session.as_str()))
        .filter(grants::revoked_at.is_null());
    let change = (grants::revoked_at.eq(now.unix()), grants::expires_at.eq(keep_until.unix()));
    Ok(diesel::update(bound).set(change).execute(db)?)
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

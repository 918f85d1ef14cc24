//! Table `api_keys`.

use diesel::prelude::*;

use super::{
    column::{digest, id, known, moment, scope},
    connection::{Db, per_backend},
    error::StoreError,
    prepared::update,
    schema::{api_keys, users},
    users::UserRow,
};
use crate::domain::{
    api_key::{ApiKey, Environment},
    ids::{ApiKeyId, UserId},
    secret::SecretDigest,
    time::Timestamp,
    user::User,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
struct ApiKeyRow {
    id: String,
    user_id: String,
    name: String,
    description: Option<String>,
    prefix: String,
    digest: Vec<u8>,
    previous_digest: Option<Vec<u8>>,
    previous_expires_at: Option<i64>,
    scope: String,
    environment: String,
    created_at: i64,
    expires_at: Option<i64>,
    last_used_at: Option<i64>,
}

pub fn insert(db: &mut Db, key: &ApiKey) -> Result<(), StoreError> {
    let statement = diesel::insert_into(api_keys::table).values(ApiKeyRow::from(key));
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

/// A key of this user.
pub fn find(db: &mut Db, user: &UserId, id: &ApiKeyId) -> Result<Option<ApiKey>, StoreError> {
    let theirs = api_keys::table.find(id.as_str()).filter(api_keys::user_id.eq(user.as_str()));
    let row = theirs.select(ApiKeyRow::as_select()).get_result(db).optional()?;
    row.map(ApiKey::try_from).transpose()
}

/// The key that has, or had before its rotation, this digest, with its user of whatever status.
pub fn find_by_digest(db: &mut Db, digest: &SecretDigest) -> Result<Option<(ApiKey, User)>, StoreError> {
    let bytes = digest.0.as_slice();
    let known = api_keys::digest.eq(bytes).or(api_keys::previous_digest.eq(bytes).assume_not_null());
    let query = api_keys::table.inner_join(users::table).filter(known);
    let found: Option<(ApiKeyRow, UserRow)> = per_backend!(db, connection =>
        query.select((ApiKeyRow::as_select(), UserRow::as_select())).get_result(connection).optional())?;
    found.map(|(key, user)| Ok((key.try_into()?, user.try_into()?))).transpose()
}

/// Those that have not expired, oldest first.
pub fn list_by_user(db: &mut Db, user: &UserId, now: Timestamp) -> Result<Vec<ApiKey>, StoreError> {
    let live = api_keys::expires_at.is_null().or(api_keys::expires_at.gt(now.unix()).assume_not_null());
    let rows = api_keys::table
        .filter(api_keys::user_id.eq(user.as_str()))
        .filter(live)
        .order(api_keys::id)
        .select(ApiKeyRow::as_select())
        .load(db)?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

/// Writes digest, prefix and previous; only one of N parallel rotations that saw `before` does.
pub fn rotate(db: &mut Db, rotated: &ApiKey, before: &SecretDigest) -> Result<bool, StoreError> {
    let unrotated = api_keys::table
        .find(rotated.id.as_str())
        .filter(api_keys::user_id.eq(rotated.user_id.as_str()))
        .filter(api_keys::digest.eq(before.0.as_slice()));
    let change = (
        api_keys::digest.eq(rotated.digest.0.as_slice()),
        api_keys::prefix.eq(&rotated.prefix),
        api_keys::previous_digest.eq(rotated.previous.map(|(digest, _)| digest.0.to_vec())),
        api_keys::previous_expires_at.eq(rotated.previous.map(|(_, until)| until.unix())),
    );
    Ok(diesel::update(unrotated).set(change).execute(db)? == 1)
}

/// Writes the last use, unless one was written since the second moment.
pub fn touch(db: &mut Db, id: &ApiKeyId, now: Timestamp, unless_since: Timestamp) -> Result<bool, StoreError> {
    let unseen = api_keys::last_used_at.is_null().or(api_keys::last_used_at.lt(unless_since.unix()).assume_not_null());
    let (row, change) = (api_keys::id.eq(id.as_str()).and(unseen), api_keys::last_used_at.eq(now.unix()));
    Ok(per_backend!(db, connection => update(api_keys::table, row, change).execute(connection))? == 1)
}

pub fn delete(db: &mut Db, user: &UserId, id: &ApiKeyId) -> Result<bool, StoreError> {
    let theirs = api_keys::table.find(id.as_str()).filter(api_keys::user_id.eq(user.as_str()));
    Ok(diesel::delete(theirs).execute(db)? == 1)
}

pub fn delete_all_of(db: &mut Db, user: &UserId) -> Result<usize, StoreError> {
    Ok(diesel::delete(api_keys::table.filter(api_keys::user_id.eq(user.as_str()))).execute(db)?)
}

impl From<&ApiKey> for ApiKeyRow {
    fn from(key: &ApiKey) -> Self {
        Self {
            id: key.id.as_str().to_owned(),
            user_id: key.user_id.as_str().to_owned(),
            name: key.name.clone(),
            description: key.description.clone(),
            prefix: key.prefix.clone(),
            digest: key.digest.0.to_vec(),
            previous_digest: key.previous.map(|(digest, _)| digest.0.to_vec()),
            previous_expires_at: key.previous.map(|(_, until)| until.unix()),
            scope: key.scope.to_string(),
            environment: key.environment.as_str().to_owned(),
            created_at: key.created_at.unix(),
            expires_at: key.expires_at.map(Timestamp::unix),
            last_used_at: key.last_used_at.map(Timestamp::unix),
        }
    }
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = StoreError;

    fn try_from(row: ApiKeyRow) -> Result<Self, StoreError> {
        let previous = row.previous_digest.map(digest).transpose()?;
        Ok(Self {
            id: id("api_keys.id", &row.id)?,
            user_id: id("api_keys.user_id", &row.user_id)?,
            name: row.name,
            description: row.description,
            prefix: row.prefix,
            digest: digest(row.digest)?,
            previous: previous.zip(moment(row.previous_expires_at)),
            scope: scope(&row.scope)?,
            environment: known("api_keys.environment", Environment::parse(&row.environment))?,
            created_at: Timestamp::from_unix(row.created_at),
            expires_at: moment(row.expires_at),
            last_used_at: moment(row.last_used_at),
        })
    }
}

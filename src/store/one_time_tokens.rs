//! Table `one_time_tokens`: good once, for one purpose.

use diesel::{dsl::sql, prelude::*, sql_types::Bool};

use super::{
    column::{digest, id, known},
    connection::{Db, per_backend},
    error::StoreError,
    schema::one_time_tokens,
    users,
};
use crate::domain::{
    ids::UserId,
    one_time::{MOST_ATTEMPTS, OneTimeToken, Purpose},
    secret::SecretDigest,
    time::Timestamp,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = one_time_tokens, treat_none_as_default_value = false)]
struct TokenRow {
    digest: Vec<u8>,
    purpose: String,
    user_id: Option<String>,
    code: Option<Vec<u8>>,
    payload: Option<String>,
    attempts: i64,
    created_at: i64,
    expires_at: i64,
}

/// False where this digest is there already: it came before.
pub fn insert(db: &mut Db, token: &OneTimeToken) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(one_time_tokens::table).values(TokenRow::from(token)).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

/// The only token of its purpose and user from now on: those before it are deleted.
pub fn replace(db: &mut Db, token: &OneTimeToken) -> Result<(), StoreError> {
    if let Some(user) = &token.user_id {
        // Two replacements at once would not see each other's token, and give twice the tries.
        users::lock(db, user)?;
        delete_of(db, token.purpose, user)?;
    }
    let statement = diesel::insert_into(one_time_tokens::table).values(TokenRow::from(token));
    per_backend!(db, connection => statement.execute(connection))?;
    Ok(())
}

/// A live one.
pub fn find(
    db: &mut Db,
    purpose: Purpose,
    digest: &SecretDigest,
    now: Timestamp,
) -> Result<Option<OneTimeToken>, StoreError> {
    let live = one_time_tokens::table
        .find(digest.0.as_slice())
        .filter(one_time_tokens::purpose.eq(purpose.as_str()))
        .filter(one_time_tokens::expires_at.gt(now.unix()))
        .filter(one_time_tokens::attempts.lt(MOST_ATTEMPTS));
    let row = live.select(TokenRow::as_select()).get_result(db).optional()?;
    row.map(OneTimeToken::try_from).transpose()
}

/// Live ones, newest first.
pub fn list_of(db: &mut Db, purpose: Purpose, user: &UserId, now: Timestamp) -> Result<Vec<OneTimeToken>, StoreError> {
    let rows = one_time_tokens::table
        .filter(one_time_tokens::user_id.eq(user.as_str()))
        .filter(one_time_tokens::purpose.eq(purpose.as_str()))
        .filter(one_time_tokens::expires_at.gt(now.unix()))
        .filter(one_time_tokens::attempts.lt(MOST_ATTEMPTS))
        .order((one_time_tokens::created_at.desc(), one_time_tokens::digest))
        .select(TokenRow::as_select())
        .load(db)?;
    rows.into_iter().map(OneTimeToken::try_from).collect()
}

/// Live ones that wait for somebody to confirm this address, newest first; it need not be the address of an account yet.
pub fn list_by_address(db: &mut Db, address: &str, now: Timestamp) -> Result<Vec<OneTimeToken>, StoreError> {
    // Word for word as in the index, which is for these tokens only.
    let confirming = sql::<Bool>("purpose = 'confirm_email'");
    let rows = one_time_tokens::table
        .filter(confirming)
        .filter(one_time_tokens::payload.eq(address))
        .filter(one_time_tokens::expires_at.gt(now.unix()))
        .filter(one_time_tokens::attempts.lt(MOST_ATTEMPTS))
        .order((one_time_tokens::created_at.desc(), one_time_tokens::digest))
        .select(TokenRow::as_select())
        .load(db)?;
    rows.into_iter().map(OneTimeToken::try_from).collect()
}

/// Spends a live token: of N parallel callers one gets true.
pub fn consume(db: &mut Db, purpose: Purpose, digest: &SecretDigest, now: Timestamp) -> Result<bool, StoreError> {
    let live = one_time_tokens::table
        .find(digest.0.as_slice())
        .filter(one_time_tokens::purpose.eq(purpose.as_str()))
        .filter(one_time_tokens::expires_at.gt(now.unix()))
        .filter(one_time_tokens::attempts.lt(MOST_ATTEMPTS));
    Ok(diesel::delete(live).execute(db)? == 1)
}

/// Counts a wrong code before it is answered; false where the token is dead by now.
pub fn count_attempt(db: &mut Db, purpose: Purpose, digest: &SecretDigest, now: Timestamp) -> Result<bool, StoreError> {
    let live = one_time_tokens::table
        .find(digest.0.as_slice())
        .filter(one_time_tokens::purpose.eq(purpose.as_str()))
        .filter(one_time_tokens::expires_at.gt(now.unix()))
        .filter(one_time_tokens::attempts.lt(MOST_ATTEMPTS));
    Ok(diesel::update(live).set(one_time_tokens::attempts.eq(one_time_tokens::attempts + 1)).execute(db)? == 1)
}

pub fn delete_of(db: &mut Db, purpose: Purpose, user: &UserId) -> Result<usize, StoreError> {
    let theirs = one_time_tokens::table
        .filter(one_time_tokens::user_id.eq(user.as_str()))
        .filter(one_time_tokens::purpose.eq(purpose.as_str()));
    Ok(diesel::delete(theirs).execute(db)?)
}

/// Of every purpose: after a change of password nothing that was under way goes on.
pub fn delete_all_of(db: &mut Db, user: &UserId) -> Result<usize, StoreError> {
    let theirs = one_time_tokens::table.filter(one_time_tokens::user_id.eq(user.as_str()));
    Ok(diesel::delete(theirs).execute(db)?)
}

impl From<&OneTimeToken> for TokenRow {
    fn from(token: &OneTimeToken) -> Self {
        Self {
            digest: token.digest.0.to_vec(),
            purpose: token.purpose.as_str().to_owned(),
            user_id: token.user_id.as_ref().map(|user| user.as_str().to_owned()),
            code: token.code.map(|code| code.0.to_vec()),
            payload: token.payload.clone(),
            attempts: token.attempts,
            created_at: token.created_at.unix(),
            expires_at: token.expires_at.unix(),
        }
    }
}

impl TryFrom<TokenRow> for OneTimeToken {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self, StoreError> {
        Ok(Self {
            digest: digest(row.digest)?,
            purpose: known("one_time_tokens.purpose", Purpose::parse(&row.purpose))?,
            user_id: row.user_id.map(|user| id("one_time_tokens.user_id", &user)).transpose()?,
            code: row.code.map(digest).transpose()?,
            payload: row.payload,
            attempts: row.attempts,
            created_at: Timestamp::from_unix(row.created_at),
            expires_at: Timestamp::from_unix(row.expires_at),
        })
    }
}

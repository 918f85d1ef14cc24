//! Table `identities`: accounts elsewhere that open accounts here.

use diesel::prelude::*;

use super::{
    column::id,
    connection::{Db, per_backend},
    error::StoreError,
    schema::{identities, users},
    users::UserRow,
};
use crate::domain::{identity::Identity, ids::UserId, time::Timestamp, user::User};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = identities, treat_none_as_default_value = false)]
struct IdentityRow {
    provider: String,
    subject: String,
    user_id: String,
    label: Option<String>,
    created_at: i64,
    last_used_at: i64,
}

/// False where this provider and subject are linked already.
pub fn insert(db: &mut Db, identity: &Identity) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(identities::table).values(IdentityRow::from(identity)).on_conflict_do_nothing();
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

/// With its user of whatever status.
pub fn find(db: &mut Db, provider: &str, subject: &str) -> Result<Option<(Identity, User)>, StoreError> {
    let query = identities::table
        .inner_join(users::table)
        .filter(identities::provider.eq(provider))
        .filter(identities::subject.eq(subject));
    let found: Option<(IdentityRow, UserRow)> = per_backend!(db, connection =>
        query.select((IdentityRow::as_select(), UserRow::as_select())).get_result(connection).optional())?;
    found.map(|(identity, user)| Ok((identity.try_into()?, user.try_into()?))).transpose()
}

/// Oldest first.
pub fn list_by_user(db: &mut Db, user: &UserId) -> Result<Vec<Identity>, StoreError> {
    let rows = identities::table
        .filter(identities::user_id.eq(user.as_str()))
        .order((identities::created_at, identities::provider, identities::subject))
        .select(IdentityRow::as_select())
        .load(db)?;
    rows.into_iter().map(Identity::try_from).collect()
}

pub fn touch(db: &mut Db, provider: &str, subject: &str, now: Timestamp) -> Result<bool, StoreError> {
    let row = identities::table.find((provider, subject));
    Ok(diesel::update(row).set(identities::last_used_at.eq(now.unix())).execute(db)? == 1)
}

pub fn delete(db: &mut Db, user: &UserId, provider: &str, subject: &str) -> Result<bool, StoreError> {
    let theirs = identities::table.find((provider, subject)).filter(identities::user_id.eq(user.as_str()));
    Ok(diesel::delete(theirs).execute(db)? == 1)
}

impl From<&Identity> for IdentityRow {
    fn from(identity: &Identity) -> Self {
        Self {
            provider: identity.provider.clone(),
            subject: identity.subject.clone(),
            user_id: identity.user_id.as_str().to_owned(),
            label: identity.label.clone(),
            created_at: identity.created_at.unix(),
            last_used_at: identity.last_used_at.unix(),
        }
    }
}

impl TryFrom<IdentityRow> for Identity {
    type Error = StoreError;

    fn try_from(row: IdentityRow) -> Result<Self, StoreError> {
        Ok(Self {
            provider: row.provider,
            subject: row.subject,
            user_id: id("identities.user_id", &row.user_id)?,
            label: row.label,
            created_at: Timestamp::from_unix(row.created_at),
            last_used_at: Timestamp::from_unix(row.last_used_at),
        })
    }
}

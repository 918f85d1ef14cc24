//! Changes of a user: each writes its own columns, so that none undoes another.

use std::collections::BTreeMap;

use diesel::{
    dsl::Eq,
    prelude::*,
    result::{DatabaseErrorKind::UniqueViolation, Error as DieselError},
};

use super::{
    super::{
        column::{attributes_text, list_text},
        connection::Db,
        error::StoreError,
        schema::{group_members, users},
    },
    UserRow,
};
use crate::domain::{
    ids::{GroupId, UserId},
    time::Timestamp,
    user::{Role, User, UserStatus},
};

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    Updated,
    EmailTaken,
    UsernameTaken,
    /// There is no such user.
    Absent,
}

pub fn update_status(db: &mut Db, user: &UserId, status: UserStatus, now: Timestamp) -> Result<bool, StoreError> {
    let change = (users::status.eq(status.as_str()), next_version(), users::updated_at.eq(now.unix()));
    Ok(diesel::update(users::table.find(user.as_str())).set(change).execute(db)? == 1)
}

pub fn update_role(db: &mut Db, user: &UserId, role: Role, now: Timestamp) -> Result<bool, StoreError> {
    let change = (users::role.eq(role.as_str()), next_version(), users::updated_at.eq(now.unix()));
    Ok(diesel::update(users::table.find(user.as_str())).set(change).execute(db)? == 1)
}

pub fn update_password(db: &mut Db, user: &UserId, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
    let change = (users::password_hash.eq(hash), next_version(), users::updated_at.eq(now.unix()));
    Ok(diesel::update(users::table.find(user.as_str())).set(change).execute(db)? == 1)
}

/// All of them, in the place of those before.
pub fn update_privileges(
    db: &mut Db,
    user: &UserId,
    privileges: &[String],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let change = (users::privileges.eq(list_text(privileges)), next_version(), users::updated_at.eq(now.unix()));
    Ok(diesel::update(users::table.find(user.as_str())).set(change).execute(db)? == 1)
}

/// All of them, in the place of those before; the version stays.
pub fn update_attributes(
    db: &mut Db,
    user: &UserId,
    members: &BTreeMap<String, String>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let change = (users::attributes.eq(attributes_text(members)), users::updated_at.eq(now.unix()));
    Ok(diesel::update(users::table.find(user.as_str())).set(change).execute(db)? == 1)
}

/// The same password, hashed at another cost; false where it was changed meanwhile.
pub fn replace_hash(db: &mut Db, user: &UserId, old: &str, new: &str) -> Result<bool, StoreError> {
    let unchanged = users::table.find(user.as_str()).filter(users::password_hash.eq(old));
    Ok(diesel::update(unchanged).set(users::password_hash.eq(new)).execute(db)? == 1)
}

/// The address is the user's, who has proved it.
pub fn confirm_email(db: &mut Db, user: &UserId, email: &str, now: Timestamp) -> Result<Updated, StoreError> {
    let change = (users::email.eq(email), users::email_verified.eq(true), users::updated_at.eq(now.unix()));
    let row = users::table.find(user.as_str());
    unless_taken(db, Updated::EmailTaken, |db| diesel::update(row).set(change).execute(db))
}

/// An address that nobody has proved yet.
pub fn update_email(db: &mut Db, user: &UserId, email: &str, now: Timestamp) -> Result<Updated, StoreError> {
    let change = (users::email.eq(email), users::email_verified.eq(false), users::updated_at.eq(now.unix()));
    let row = users::table.find(user.as_str());
    unless_taken(db, Updated::EmailTaken, |db| diesel::update(row).set(change).execute(db))
}

/// Writes the username, the profile and the time of the change, and nothing else: what became of address, password,
/// status, role, privileges, attributes and version since this user was read stays.
pub fn update_profile(db: &mut Db, user: &User) -> Result<Updated, StoreError> {
    let row = UserRow::from(user);
    let change = (
        users::username.eq(row.username),
        users::name.eq(row.name),
        users::given_name.eq(row.given_name),
        users::family_name.eq(row.family_name),
        users::picture.eq(row.picture),
        users::locale.eq(row.locale),
        users::zoneinfo.eq(row.zoneinfo),
        users::phone_number.eq(row.phone_number),
        users::phone_number_verified.eq(row.phone_number_verified),
        users::address.eq(row.address),
        users::updated_at.eq(row.updated_at),
    );
    let row = users::table.find(user.id.as_str());
    unless_taken(db, Updated::UsernameTaken, |db| diesel::update(row).set(change).execute(db))
}

/// In a savepoint: a violation would end a PostgreSQL transaction, and an UPDATE knows no ON CONFLICT.
fn unless_taken(
    db: &mut Db,
    taken: Updated,
    statement: impl FnOnce(&mut Db) -> QueryResult<usize>,
) -> Result<Updated, StoreError> {
    match db.transaction(statement) {
        Ok(0) => Ok(Updated::Absent),
        Ok(_) => Ok(Updated::Updated),
        Err(DieselError::DatabaseError(UniqueViolation, _)) => Ok(taken),
        Err(error) => Err(error.into()),
    }
}

/// Puts up the version for a change in another table.
pub(in crate::store) fn bump(db: &mut Db, user: &UserId) -> Result<bool, StoreError> {
    Ok(diesel::update(users::table.find(user.as_str())).set(next_version()).execute(db)? == 1)
}

pub(in crate::store) fn bump_members_of(db: &mut Db, group: &GroupId) -> Result<usize, StoreError> {
    let members =
        group_members::table.filter(group_members::group_id.eq(group.as_str())).select(group_members::user_id);
    Ok(diesel::update(users::table.filter(users::id.eq_any(members))).set(next_version()).execute(db)?)
}

type NextVersion = Eq<users::version, diesel::dsl::Add<users::version, i64>>;

fn next_version() -> NextVersion {
    users::version.eq(users::version + 1)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            super::testing::{NOW, after, on_each, user},
            *,
        },
        *,
    };

    #[test]
    fn status_and_password_change_alone() {
        on_each(|store| {
            let alice = user(1);
            store.write(|db| insert(db, &alice, Some("old"))).unwrap();
            store.write(|db| update_password(db, &alice.id, "new", after(5))).unwrap();
            assert!(!store.write(|db| replace_hash(db, &alice.id, "old", "newer")).unwrap());
            assert!(store.write(|db| replace_hash(db, &alice.id, "new", "new")).unwrap());
            store.write(|db| update_status(db, &alice.id, UserStatus::Suspended, after(9))).unwrap();
            let (found, hash) = store.read(|db| find_by_login(db, "user1")).unwrap().unwrap();
            assert_eq!(hash.as_deref(), Some("new"));
            assert_eq!(found, User { status: UserStatus::Suspended, version: 3, updated_at: after(9), ..alice });
            assert!(!store.write(|db| update_status(db, &user(2).id, UserStatus::Active, NOW)).unwrap());
        });
    }
}

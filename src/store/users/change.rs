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
        search,
    },
    UserRow,
};
use crate::domain::{
    ids::{GroupId, UserId},
    time::{Seconds, Timestamp},
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
    let row = users::table.find(user.as_str());
    let known = row.filter(users::email.eq(email)).filter(users::email_verified.eq(true));
    let known: bool = diesel::select(diesel::dsl::exists(known)).get_result(db)?;
    let change = (users::email.eq(email), users::email_verified.eq(true), users::updated_at.eq(now.unix()));
    let updated = unless_taken(db, Updated::EmailTaken, |db| diesel::update(row).set(change).execute(db))?;
    if updated == Updated::Updated && !known {
        // Whatever the same second brought came before.
        let proved = now.plus(Seconds(1)).unix();
        diesel::update(row).set(users::email_proved_at.eq(proved)).execute(db)?;
        let first = row.filter(users::first_proved_at.is_null());
        diesel::update(first).set(users::first_proved_at.eq(proved)).execute(db)?;
        search::replace_user(db, user.as_str())?;
    }
    Ok(updated)
}

/// When an account's owner was known: what was made before is nobody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proofs {
    /// Of any address; `None`: never.
    pub first: Option<Timestamp>,
    /// Of the current address.
    pub email: Option<Timestamp>,
}

pub fn find_proofs(db: &mut Db, user: &UserId) -> Result<Proofs, StoreError> {
    let columns = (users::first_proved_at, users::email_proved_at);
    let found: Option<(Option<i64>, Option<i64>)> =
        users::table.find(user.as_str()).select(columns).get_result(db).optional()?;
    let (first, email) = found.unwrap_or_default();
    Ok(Proofs { first: first.map(Timestamp::from_unix), email: email.map(Timestamp::from_unix) })
}

/// Takes an address that nobody has proved from its account; false where it is proved, or another one by now.
pub fn release_email(db: &mut Db, user: &UserId, email: &str, now: Timestamp) -> Result<bool, StoreError> {
    let unproved =
        users::table.find(user.as_str()).filter(users::email.eq(email)).filter(users::email_verified.eq(false));
    let change = (users::email.eq(None::<String>), users::updated_at.eq(now.unix()));
    let released = diesel::update(unproved).set(change).execute(db)? == 1;
    if released {
        search::replace_user(db, user.as_str())?;
    }
    Ok(released)
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
    let updated = unless_taken(db, Updated::UsernameTaken, |db| diesel::update(row).set(change).execute(db))?;
    if updated == Updated::Updated {
        search::replace_user(db, user.id.as_str())?;
    }
    Ok(updated)
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
            super::testing::{NOW, after, on_each, user, winners},
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

    /// A person edits the profile while an administrator suspends the account and a letter confirms an address.
    #[test]
    fn a_profile_undoes_nothing_that_happened_since_it_was_read() {
        on_each(|store| {
            let alice = user(1);
            store.write(|db| insert(db, &alice, Some("old"))).unwrap();
            let attributes = BTreeMap::from([("plan".to_owned(), "{\"seats\":3}".to_owned())]);
            let privileges = ["a".to_owned(), "b, \"c\"".to_owned()];
            let stale = store.read(|db| find_by_id(db, &alice.id)).unwrap().unwrap();
            store
                .write(|db| {
                    assert!(update_privileges(db, &alice.id, &privileges, after(1))?);
                    assert!(update_attributes(db, &alice.id, &attributes, after(2))?);
                    assert!(update_status(db, &alice.id, UserStatus::Suspended, after(3))?);
                    assert!(update_role(db, &alice.id, Role::Admin, after(4))?);
                    assert!(update_password(db, &alice.id, "new", after(5))?);
                    confirm_email(db, &alice.id, "new@example.com", after(6))
                })
                .unwrap();
            let profile = Profile { given_name: Some("Al".to_owned()), ..Profile::default() };
            let edited = User { username: "al".to_owned(), profile, updated_at: after(9), ..stale };
            assert_eq!(store.write(|db| update_profile(db, &edited)).unwrap(), Updated::Updated);
            let expected = User {
                email: Some("new@example.com".to_owned()),
                status: UserStatus::Suspended,
                role: Role::Admin,
                privileges: privileges.to_vec(),
                attributes,
                version: 5,
                ..edited
            };
            assert_eq!(store.read(|db| find_by_login(db, "al")).unwrap(), Some((expected, Some("new".to_owned()))));
        });
    }

    /// Products compare the version with the one in a token: what they decide by puts it up, what they show does not.
    #[test]
    fn the_version_goes_up_with_rights_and_not_with_words() {
        on_each(|store| {
            let alice = user(1);
            store.write(|db| insert(db, &alice, None)).unwrap();
            let version = || store.read(|db| find_by_id(db, &alice.id)).unwrap().unwrap().version;
            store
                .write(|db| {
                    update_attributes(db, &alice.id, &BTreeMap::new(), NOW)?;
                    update_profile(db, &alice)?;
                    confirm_email(db, &alice.id, "new@example.com", NOW)
                })
                .unwrap();
            assert_eq!(version(), 1);
            let bumped = winners(store, |db, _| update_privileges(db, &alice.id, &[], NOW));
            assert_eq!((bumped, version()), (20, 21), "no change is lost");
            let nobody = user(2).id;
            assert!(!store.write(|db| update_privileges(db, &nobody, &[], NOW)).unwrap());
            assert!(!store.write(|db| update_role(db, &nobody, Role::Admin, NOW)).unwrap());
        });
    }

    /// Both have a letter for the same address; the second click finds it taken, and its transaction goes on.
    #[test]
    fn of_20_parallel_confirmations_of_an_address_one_user_gets_it() {
        on_each(|store| {
            store.write(|db| (1..=20).try_for_each(|n| insert(db, &user(n), None).map(|_| ()))).unwrap();
            let won = winners(store, |db, n| {
                let outcome = confirm_email(db, &user(n + 1).id, "shared@example.com", NOW)?;
                assert!(find_by_email(db, "shared@example.com")?.is_some());
                Ok(outcome == Updated::Updated)
            });
            assert_eq!(won, 1);
            let owner = store.read(|db| find_by_email(db, "shared@example.com")).unwrap().unwrap();
            assert!(owner.email_verified);
        });
    }
}

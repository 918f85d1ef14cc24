//! Table `users`: people, their claims and their passwords' hashes.

mod change;
mod list;

use diesel::prelude::*;

pub use self::change::{
    Proofs, Updated, confirm_email, find_proofs, release_email, replace_hash, update_attributes, update_password,
    update_privileges, update_profile, update_role, update_status,
};
pub(super) use self::change::{bump, bump_members_of};
use self::list::administrates;
pub use self::list::{Census, Filter, count, count_active_admins, count_by_status, list};

use super::{
    column::{attributes, attributes_text, id, known, list_text, strings},
    connection::{Db, per_backend},
    error::StoreError,
    schema::users,
    search::{self, Noun},
};
use crate::domain::{
    ids::UserId,
    time::Timestamp,
    user::{Address, Profile, Role, User, UserStatus},
};

/// What became of a user that was to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    Inserted,
    EmailTaken,
    UsernameTaken,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = users, treat_none_as_default_value = false)]
pub(super) struct UserRow {
    id: String,
    username: String,
    email: Option<String>,
    email_verified: bool,
    name: Option<String>,
    given_name: Option<String>,
    family_name: Option<String>,
    picture: Option<String>,
    locale: Option<String>,
    zoneinfo: Option<String>,
    phone_number: Option<String>,
    phone_number_verified: bool,
    address: Option<String>,
    status: String,
    role: String,
    privileges: String,
    attributes: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

pub fn find_by_id(db: &mut Db, user: &UserId) -> Result<Option<User>, StoreError> {
    let row = users::table.find(user.as_str()).select(UserRow::as_select()).get_result(db).optional()?;
    row.map(User::try_from).transpose()
}

/// Those of these ids that there are.
pub fn find_all(db: &mut Db, ids: Vec<&str>) -> Result<Vec<User>, StoreError> {
    let rows = users::table.filter(users::id.eq_any(ids)).select(UserRow::as_select()).load(db)?;
    rows.into_iter().map(User::try_from).collect()
}

/// By its normal form.
pub fn find_by_email(db: &mut Db, email: &str) -> Result<Option<User>, StoreError> {
    let row = users::table.filter(users::email.eq(email)).select(UserRow::as_select()).get_result(db).optional()?;
    row.map(User::try_from).transpose()
}

/// `None` where the user has no password here, or is not there.
pub fn find_password_hash(db: &mut Db, user: &UserId) -> Result<Option<String>, StoreError> {
    let hash: Option<Option<String>> =
        users::table.find(user.as_str()).select(users::password_hash).get_result(db).optional()?;
    Ok(hash.flatten())
}

/// By address or username, in their normal form; with the password's hash if there is one.
pub fn find_by_login(db: &mut Db, login: &str) -> Result<Option<(User, Option<String>)>, StoreError> {
    let columns = (UserRow::as_select(), users::password_hash);
    // A username cannot hold an `@`.
    let found: Option<(UserRow, Option<String>)> = if login.contains('@') {
        users::table.filter(users::email.eq(login)).select(columns).get_result(db).optional()?
    } else {
        users::table.filter(users::username.eq(login)).select(columns).get_result(db).optional()?
    };
    found.map(|(row, hash)| Ok((row.try_into()?, hash))).transpose()
}

pub fn insert(db: &mut Db, user: &User, password_hash: Option<&str>) -> Result<Inserted, StoreError> {
    let proved = user.email_verified.then(|| user.created_at.unix());
    let proofs = (users::first_proved_at.eq(proved), users::email_proved_at.eq(proved));
    let values = (UserRow::from(user), users::password_hash.eq(password_hash), proofs);
    let statement = diesel::insert_into(users::table).values(values).on_conflict_do_nothing();
    if per_backend!(db, connection => statement.execute(connection))? == 1 {
        search::insert(db, Noun::User, user.id.as_str(), &search::of_user(user))?;
        return Ok(Inserted::Inserted);
    }
    taken(db, user)?.ok_or_else(|| StoreError::fault("a user of this id exists"))
}

/// Sessions, consents and grants go with the user.
pub fn delete(db: &mut Db, user: &UserId) -> Result<bool, StoreError> {
    search::remove(db, Noun::User, user.as_str())?;
    Ok(diesel::delete(users::table.find(user.as_str())).execute(db)? == 1)
}

/// Nobody else takes this lock of the user until the transaction ends: for what must be seen whole before it is
/// replaced. SQLite has one writer anyway.
pub fn lock(db: &mut Db, user: &UserId) -> Result<(), StoreError> {
    if let Db::Postgres(connection) = db {
        let row = users::table.find(user.as_str()).select(users::id).for_no_key_update();
        row.get_result::<String>(connection).optional()?;
    }
    Ok(())
}

/// Which unique member of `user` another one has.
fn taken(db: &mut Db, user: &User) -> Result<Option<Inserted>, StoreError> {
    let others = users::table.filter(users::id.ne(user.id.as_str()));
    let email = others.filter(users::email.eq(user.email.as_deref()));
    let username = others.filter(users::username.eq(&user.username));
    if diesel::select(diesel::dsl::exists(email)).get_result(db)? {
        return Ok(Some(Inserted::EmailTaken));
    }
    let held: bool = diesel::select(diesel::dsl::exists(username)).get_result(db)?;
    Ok(held.then_some(Inserted::UsernameTaken))
}

impl From<&User> for UserRow {
    fn from(user: &User) -> Self {
        let profile = user.profile.clone();
        Self {
            id: user.id.as_str().to_owned(),
            username: user.username.clone(),
            email: user.email.clone(),
            email_verified: user.email_verified,
            name: profile.name,
            given_name: profile.given_name,
            family_name: profile.family_name,
            picture: profile.picture,
            locale: profile.locale,
            zoneinfo: profile.zoneinfo,
            phone_number: profile.phone_number,
            phone_number_verified: profile.phone_number_verified,
            address: profile.address.and_then(|address| serde_json::to_string(&address).ok()),
            status: user.status.as_str().to_owned(),
            role: user.role.as_str().to_owned(),
            privileges: list_text(&user.privileges),
            attributes: attributes_text(&user.attributes),
            version: user.version,
            created_at: user.created_at.unix(),
            updated_at: user.updated_at.unix(),
        }
    }
}

impl TryFrom<UserRow> for User {
    type Error = StoreError;

    fn try_from(row: UserRow) -> Result<Self, StoreError> {
        let address: Option<Address> =
            row.address.map(|text| known("users.address", serde_json::from_str(&text).ok())).transpose()?;
        Ok(Self {
            id: id("users.id", &row.id)?,
            username: row.username,
            email: row.email,
            email_verified: row.email_verified,
            profile: Profile {
                name: row.name,
                given_name: row.given_name,
                family_name: row.family_name,
                picture: row.picture,
                locale: row.locale,
                zoneinfo: row.zoneinfo,
                phone_number: row.phone_number,
                phone_number_verified: row.phone_number_verified,
                address,
            },
            status: known("users.status", UserStatus::parse(&row.status))?,
            role: known("users.role", Role::parse(&row.role))?,
            privileges: strings("users.privileges", &row.privileges)?,
            attributes: attributes(&row.attributes)?,
            version: row.version,
            created_at: Timestamp::from_unix(row.created_at),
            updated_at: Timestamp::from_unix(row.updated_at),
        })
    }
}

/// Takes the locks of all administrators, in one order for everybody: of two who demote each other at the same moment the
/// second sees what the first has done.
pub fn lock_admins(db: &mut Db) -> Result<(), StoreError> {
    if let Db::Postgres(connection) = db {
        let admins = users::table.filter(users::role.eq(Role::Admin.as_str())).filter(administrates());
        admins.order(users::id).select(users::id).for_no_key_update().load::<String>(connection)?;
    }
    Ok(())
}

/// Whether there is one who may everything, of whatever status.
pub fn has_admin(db: &mut Db) -> Result<bool, StoreError> {
    let admins = users::table.filter(users::role.eq(Role::Admin.as_str())).filter(administrates());
    Ok(diesel::select(diesel::dsl::exists(admins)).get_result(db)?)
}

/// Whether anybody is left who may everything.
pub fn has_active_admin(db: &mut Db) -> Result<bool, StoreError> {
    let admins = users::table
        .filter(users::role.eq(Role::Admin.as_str()))
        .filter(users::status.eq(UserStatus::Active.as_str()))
        .filter(administrates());
    Ok(diesel::select(diesel::dsl::exists(admins)).get_result(db)?)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            page::PageRequest,
            testing::{after, on_each, user},
        },
        *,
    };

    #[test]
    fn a_user_survives_the_table_and_is_found_by_address_username_and_id() {
        on_each(|store| {
            let alice = user(1);
            store.write(|db| insert(db, &alice, Some("phc"))).unwrap();
            let found = |login: &str| store.read(|db| find_by_login(db, login)).unwrap();
            assert_eq!(found("user1@example.com"), Some((alice.clone(), Some("phc".to_owned()))));
            assert_eq!(found("user1"), Some((alice.clone(), Some("phc".to_owned()))));
            assert_eq!(found("user2"), None);
            let by_email = |email: &str| store.read(|db| find_by_email(db, email)).unwrap();
            assert_eq!(by_email("user1@example.com"), Some(alice.clone()));
            assert_eq!(by_email("user1"), None);
            let federated = user(3);
            store.write(|db| insert(db, &federated, None)).unwrap();
            let hash = |user: &User| store.read(|db| find_password_hash(db, &user.id)).unwrap();
            assert_eq!([hash(&alice), hash(&federated), hash(&user(4))], [Some("phc".to_owned()), None, None]);
            assert_eq!(store.read(|db| find_by_id(db, &alice.id)).unwrap(), Some(alice));
        });
    }

    /// A raised violation would end a PostgreSQL transaction: what follows in it must still work.
    #[test]
    fn a_taken_address_or_name_is_an_outcome_and_the_transaction_goes_on() {
        on_each(|store| {
            let (first, mut second, third) = (user(1), user(2), user(3));
            second.email.clone_from(&first.email);
            let same_name = User { username: first.username.clone(), ..third.clone() };
            let outcome = store.write(|db| {
                Ok([
                    insert(db, &first, None)?,
                    insert(db, &second, None)?,
                    insert(db, &same_name, None)?,
                    insert(db, &third, None)?,
                ])
            });
            let expected = [Inserted::Inserted, Inserted::EmailTaken, Inserted::UsernameTaken, Inserted::Inserted];
            assert_eq!(outcome.unwrap(), expected);
            let taken = User { username: first.username.clone(), ..third.clone() };
            let renamed = User { username: "zed".to_owned(), updated_at: after(3), ..third.clone() };
            let changes = store.write(|db| {
                Ok([
                    confirm_email(db, &third.id, "user1@example.com", after(1))?,
                    update_profile(db, &taken)?,
                    update_profile(db, &second)?,
                    confirm_email(db, &second.id, "new@example.com", after(1))?,
                    confirm_email(db, &third.id, "new@example.com", after(2))?,
                    update_profile(db, &renamed)?,
                ])
            });
            let (address, name) = (Updated::EmailTaken, Updated::UsernameTaken);
            let (absent, updated) = (Updated::Absent, Updated::Updated);
            assert_eq!(changes.unwrap(), [address, name, absent, absent, updated, updated]);
            let expected = User { email: Some("new@example.com".to_owned()), email_verified: true, ..renamed };
            assert_eq!(store.read(|db| find_by_email(db, "new@example.com")).unwrap(), Some(expected));
        });
    }

    #[test]
    fn any_number_of_users_may_have_no_address() {
        on_each(|store| {
            for n in 1..=2 {
                let nameless = User { email: None, ..user(n) };
                assert_eq!(store.write(|db| insert(db, &nameless, None)).unwrap(), Inserted::Inserted);
            }
        });
    }

    #[test]
    fn statuses_and_active_administrators_are_counted() {
        on_each(|store| {
            let admin = |n| User { role: Role::Admin, ..user(n) };
            let suspended = User { status: UserStatus::Suspended, ..admin(4) };
            let disabled = User { status: UserStatus::Disabled, ..user(5) };
            for user in [user(1), admin(2), admin(3), suspended, disabled] {
                store.write(|db| insert(db, &user, None)).unwrap();
            }
            let census = Census { active: 3, suspended: 1, disabled: 1 };
            assert_eq!(store.read(count_by_status).unwrap(), census);
            assert_eq!(store.read(count_active_admins).unwrap(), 2);
        });
    }

    #[test]
    fn pages_follow_each_other() {
        on_each(|store| {
            for n in 1..=5 {
                store.write(|db| insert(db, &user(n), None)).unwrap();
            }
            let mut request = PageRequest { after: None, limit: 2, search: None };
            let mut seen = Vec::new();
            loop {
                let page = store.read(|db| list(db, Filter::default(), &request)).unwrap();
                seen.extend(page.items.into_iter().map(|user| user.username));
                match page.next {
                    Some(next) => request.after = Some(next),
                    None => break,
                }
            }
            assert_eq!(seen, ["user1", "user2", "user3", "user4", "user5"]);
            assert_eq!(store.read(count).unwrap(), 5);
            let search = |text: &str| {
                let request = PageRequest { after: None, limit: 9, search: Some(text.to_owned()) };
                store.read(|db| list(db, Filter::default(), &request)).unwrap().items.len()
            };
            assert_eq!([search("USER N"), search("user3@EXAMPLE"), search("user_"), search("100%")], [5, 1, 0, 0]);
            store.write(|db| insert(db, &User { email: None, profile: Profile::default(), ..user(6) }, None)).unwrap();
            assert_eq!(search("user6"), 1);
        });
    }
}

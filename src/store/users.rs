//! Table `users`: people, their claims and their passwords' hashes.

use diesel::prelude::*;

use super::{
    column::{id, known},
    connection::{Db, per_backend},
    error::StoreError,
    page::{Page, PageRequest},
    schema::users,
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

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Updated {
    Updated,
    EmailTaken,
    UsernameTaken,
    /// There is no such user.
    Absent,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_default_value = false, treat_none_as_null = true)]
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
    created_at: i64,
    updated_at: i64,
}

pub fn find_by_id(db: &mut Db, user: &UserId) -> Result<Option<User>, StoreError> {
    let row = users::table.find(user.as_str()).select(UserRow::as_select()).first(db).optional()?;
    row.map(User::try_from).transpose()
}

/// By address or username, in their normal form; with the password's hash if there is one.
pub fn find_by_login(db: &mut Db, login: &str) -> Result<Option<(User, Option<String>)>, StoreError> {
    let columns = (UserRow::as_select(), users::password_hash);
    // A username cannot hold an `@`.
    let found: Option<(UserRow, Option<String>)> = if login.contains('@') {
        users::table.filter(users::email.eq(login)).select(columns).first(db).optional()?
    } else {
        users::table.filter(users::username.eq(login)).select(columns).first(db).optional()?
    };
    found.map(|(row, hash)| Ok((row.try_into()?, hash))).transpose()
}

pub fn insert(db: &mut Db, user: &User, password_hash: Option<&str>) -> Result<Inserted, StoreError> {
    let values = (UserRow::from(user), users::password_hash.eq(password_hash));
    let statement = diesel::insert_into(users::table).values(values).on_conflict_do_nothing();
    if per_backend!(db, connection => statement.execute(connection))? == 1 {
        return Ok(Inserted::Inserted);
    }
    match taken(db, user)? {
        Some(Updated::EmailTaken) => Ok(Inserted::EmailTaken),
        Some(_) => Ok(Inserted::UsernameTaken),
        None => Err(StoreError::fault("a user of this id exists")),
    }
}

pub fn update_status(db: &mut Db, user: &UserId, status: UserStatus, now: Timestamp) -> Result<bool, StoreError> {
    let change = (users::status.eq(status.as_str()), users::updated_at.eq(now.unix()));
    Ok(diesel::update(users::table.find(user.as_str())).set(change).execute(db)? == 1)
}

pub fn update_password(db: &mut Db, user: &UserId, hash: &str, now: Timestamp) -> Result<bool, StoreError> {
    let change = (users::password_hash.eq(hash), users::updated_at.eq(now.unix()));
    Ok(diesel::update(users::table.find(user.as_str())).set(change).execute(db)? == 1)
}

/// Writes everything but the id and the password.
pub fn update_profile(db: &mut Db, user: &User) -> Result<Updated, StoreError> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error};

    let statement = diesel::update(users::table.find(user.id.as_str())).set(UserRow::from(user));
    // In a savepoint: a violation would end a PostgreSQL transaction, and an UPDATE knows no ON CONFLICT.
    match db.transaction(|db| statement.execute(db)) {
        Ok(0) => Ok(Updated::Absent),
        Ok(_) => Ok(Updated::Updated),
        Err(Error::DatabaseError(UniqueViolation, _)) => Ok(taken(db, user)?.unwrap_or(Updated::EmailTaken)),
        Err(error) => Err(error.into()),
    }
}

/// Sessions, consents and grants go with the user.
pub fn delete(db: &mut Db, user: &UserId) -> Result<bool, StoreError> {
    Ok(diesel::delete(users::table.find(user.as_str())).execute(db)? == 1)
}

pub fn list(db: &mut Db, request: &PageRequest) -> Result<Page<User>, StoreError> {
    let mut query = users::table
        .filter(users::id.gt(request.start()))
        .order(users::id)
        .limit(request.fetch())
        .select(UserRow::as_select())
        .into_boxed();
    if let Some(pattern) = request.pattern() {
        query = query.filter(
            lower(users::name)
                .like(pattern.clone())
                .escape('\\')
                .assume_not_null()
                .or(users::email.like(pattern.clone()).escape('\\').assume_not_null())
                .or(users::username.like(pattern).escape('\\')),
        );
    }
    let found = query.load(db)?.into_iter().map(User::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::cut(found, request, |user| user.id.as_str().to_owned()))
}

/// Which unique member of `user` another one has.
fn taken(db: &mut Db, user: &User) -> Result<Option<Updated>, StoreError> {
    let others = users::table.filter(users::id.ne(user.id.as_str()));
    let email = others.filter(users::email.eq(user.email.as_deref()));
    let username = others.filter(users::username.eq(&user.username));
    if diesel::select(diesel::dsl::exists(email)).get_result(db)? {
        return Ok(Some(Updated::EmailTaken));
    }
    let held: bool = diesel::select(diesel::dsl::exists(username)).get_result(db)?;
    Ok(held.then_some(Updated::UsernameTaken))
}

#[diesel::declare_sql_function]
extern "SQL" {
    fn lower(
        text: diesel::sql_types::Nullable<diesel::sql_types::Text>,
    ) -> diesel::sql_types::Nullable<diesel::sql_types::Text>;
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
            created_at: Timestamp::from_unix(row.created_at),
            updated_at: Timestamp::from_unix(row.updated_at),
        })
    }
}

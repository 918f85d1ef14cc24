//! Lists, searches and counts of people.

use diesel::{dsl::sql, expression::SqlLiteral, prelude::*, sql_types::Bool};

use super::UserRow;
use crate::{
    domain::{
        ids::UserKind,
        user::{Role, User, UserStatus},
    },
    store::{
        connection::Db,
        error::StoreError,
        page::{Page, PageRequest},
        schema::users,
        search::{self, Hits, Noun, Sought},
    },
};

/// Which users a list shows; `None` shows all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub status: Option<UserStatus>,
    pub role: Option<Role>,
}

/// Oldest first.
pub fn list(db: &mut Db, filter: Filter, request: &PageRequest) -> Result<Page<User>, StoreError> {
    let mut query = users::table.order(users::id).select(UserRow::as_select()).into_boxed();
    if let Some(status) = filter.status {
        query = query.filter(users::status.eq(status.as_str()));
    }
    if let Some(role) = filter.role {
        query = query.filter(users::role.eq(role.as_str()));
        if role != Role::Member {
            query = query.filter(administrates());
        }
    }
    let mut cut_short = false;
    if let Some(sought) = request.sought() {
        let hits = hits(db, &sought)?;
        // What the filter leaves out makes room on the page for later ones.
        let ids = if filter == Filter::default() { hits.after(request) } else { hits.later(request) };
        query = query.filter(users::id.eq_any(ids)).limit(request.fetch());
        cut_short = hits.cut_short();
    } else {
        query = query.filter(users::id.gt(request.start())).limit(request.fetch());
    }
    let found = query.load(db)?.into_iter().map(User::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Page { cut_short, ..Page::cut(found, request, |user| user.id.as_str().to_owned()) })
}

/// By id, username, address and the words of the name; each through its index.
fn hits(db: &mut Db, sought: &Sought) -> Result<Hits, StoreError> {
    let (from, to) = sought.range();
    let mut hits = search::find(db, Noun::User, sought)?;
    if sought.is_id::<UserKind>() {
        let ids = users::table.filter(users::id.ge(from)).filter(users::id.lt(to));
        hits.add(ids.order(users::id).limit(search::FETCH).select(users::id).load(db)?);
    }
    let addresses =
        users::table.filter(users::email.ge(from).assume_not_null()).filter(users::email.lt(to).assume_not_null());
    hits.add(addresses.order(users::email).limit(search::FETCH).select(users::id).load(db)?);
    let usernames = users::table.filter(users::username.ge(from)).filter(users::username.lt(to));
    hits.add(usernames.order(users::username).limit(search::FETCH).select(users::id).load(db)?);
    Ok(hits)
}

/// How many there are of each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Census {
    pub active: i64,
    pub suspended: i64,
    pub disabled: i64,
}

pub fn count(db: &mut Db) -> Result<i64, StoreError> {
    Ok(users::table.count().get_result(db)?)
}

/// All but the active ones are counted: nearly everybody is.
pub fn count_by_status(db: &mut Db) -> Result<Census, StoreError> {
    let mut of =
        |status: UserStatus| users::table.filter(users::status.eq(status.as_str())).count().get_result::<i64>(db);
    let (suspended, disabled) = (of(UserStatus::Suspended)?, of(UserStatus::Disabled)?);
    let active = count(db)?.saturating_sub(suspended).saturating_sub(disabled);
    Ok(Census { active, suspended, disabled })
}

pub fn count_active_admins(db: &mut Db) -> Result<i64, StoreError> {
    let active = users::table.filter(users::status.eq(UserStatus::Active.as_str()));
    Ok(active.filter(users::role.eq(Role::Admin.as_str())).count().get_result(db)?)
}

/// Word for word as in the index, which is for the few who are no members only.
pub(super) fn administrates() -> SqlLiteral<Bool> {
    sql::<Bool>("role <> 'member'")
}

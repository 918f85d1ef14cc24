//! Tables `groups` and `group_members`.

use diesel::{
    prelude::*,
    result::{DatabaseErrorKind::UniqueViolation, Error as DieselError},
};

use super::{
    column::id,
    connection::{Db, per_backend},
    error::StoreError,
    page::{Page, PageRequest},
    schema::{self, group_members, groups},
    search::{self, Noun, Words},
    users::{self, UserRow},
};
use crate::domain::{
    ids::{GroupId, UserId},
    organisation::Group,
    time::Timestamp,
    user::User,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = groups)]
struct GroupRow {
    id: String,
    name: String,
    created_at: i64,
}

/// False where the name is taken.
pub fn insert(db: &mut Db, group: &Group) -> Result<bool, StoreError> {
    let statement = diesel::insert_into(groups::table).values(GroupRow::from(group)).on_conflict_do_nothing();
    let inserted = per_backend!(db, connection => statement.execute(connection))? == 1;
    if inserted {
        search::insert(db, Noun::Group, group.id.as_str(), &Words::of([group.name.as_str()]))?;
    }
    Ok(inserted)
}

pub fn find_by_name(db: &mut Db, name: &str) -> Result<Option<Group>, StoreError> {
    let named = groups::table.filter(groups::name.eq(name));
    let row = named.select(GroupRow::as_select()).get_result(db).optional()?;
    row.map(Group::try_from).transpose()
}

pub fn find(db: &mut Db, id: &GroupId) -> Result<Option<Group>, StoreError> {
    let row = groups::table.find(id.as_str()).select(GroupRow::as_select()).get_result(db).optional()?;
    row.map(Group::try_from).transpose()
}

/// Oldest first.
pub fn list(db: &mut Db, request: &PageRequest) -> Result<Page<Group>, StoreError> {
    let mut query = groups::table.order(groups::id).select(GroupRow::as_select()).into_boxed();
    let mut cut_short = false;
    if let Some(sought) = request.sought() {
        let hits = search::find(db, Noun::Group, &sought)?;
        query = query.filter(groups::id.eq_any(hits.after(request)));
        cut_short = hits.cut_short();
    } else {
        query = query.filter(groups::id.gt(request.start())).limit(request.fetch());
    }
    let found = query.load(db)?.into_iter().map(Group::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Page { cut_short, ..Page::cut(found, request, |group| group.id.as_str().to_owned()) })
}

/// What became of a new name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renamed {
    Renamed,
    NameTaken,
    /// There is no such group.
    Absent,
}

/// The version of its members goes up: tokens say the name.
pub fn rename(db: &mut Db, group: &GroupId, name: &str) -> Result<Renamed, StoreError> {
    let row = groups::table.find(group.as_str());
    // In a savepoint: a violation would end a PostgreSQL transaction.
    match db.transaction(|db| diesel::update(row).set(groups::name.eq(name)).execute(db)) {
        Ok(0) => return Ok(Renamed::Absent),
        Err(DieselError::DatabaseError(UniqueViolation, _)) => return Ok(Renamed::NameTaken),
        other => other?,
    };
    users::bump_members_of(db, group)?;
    search::replace(db, Noun::Group, group.as_str(), &Words::of([name]))?;
    Ok(Renamed::Renamed)
}

/// The version of its members goes up.
pub fn delete(db: &mut Db, group: &GroupId) -> Result<bool, StoreError> {
    users::bump_members_of(db, group)?;
    search::remove(db, Noun::Group, group.as_str())?;
    Ok(diesel::delete(groups::table.find(group.as_str())).execute(db)? == 1)
}

/// Puts up the user's version; false, and no more than that, where the user was a member already.
pub fn add_member(db: &mut Db, group: &GroupId, user: &UserId, now: Timestamp) -> Result<bool, StoreError> {
    let values = (
        group_members::group_id.eq(group.as_str()),
        group_members::user_id.eq(user.as_str()),
        group_members::created_at.eq(now.unix()),
    );
    let statement = diesel::insert_into(group_members::table).values(values).on_conflict_do_nothing();
    let added = per_backend!(db, connection => statement.execute(connection))? == 1;
    Ok(added && users::bump(db, user)?)
}

/// Puts up the user's version; false where the user was no member.
pub fn remove_member(db: &mut Db, group: &GroupId, user: &UserId) -> Result<bool, StoreError> {
    let removed = diesel::delete(group_members::table.find((user.as_str(), group.as_str()))).execute(db)? == 1;
    Ok(removed && users::bump(db, user)?)
}

/// A user of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub user: User,
    pub since: Timestamp,
}

/// By user; what the request seeks is not looked at.
pub fn list_members(db: &mut Db, group: &GroupId, request: &PageRequest) -> Result<Page<Member>, StoreError> {
    let rows: Vec<(UserRow, i64)> = group_members::table
        .inner_join(schema::users::table)
        .filter(group_members::group_id.eq(group.as_str()))
        .filter(group_members::user_id.gt(request.start()))
        .order(group_members::user_id)
        .limit(request.fetch())
        .select((UserRow::as_select(), group_members::created_at))
        .load(db)?;
    let member =
        |(row, since): (UserRow, i64)| Ok(Member { user: row.try_into()?, since: Timestamp::from_unix(since) });
    let found = rows.into_iter().map(member).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::cut(found, request, |member| member.user.id.as_str().to_owned()))
}

pub fn count_members(db: &mut Db, group: &GroupId) -> Result<i64, StoreError> {
    Ok(group_members::table.filter(group_members::group_id.eq(group.as_str())).count().get_result(db)?)
}

/// The names of a user's groups, sorted.
pub fn list_names_of(db: &mut Db, user: &UserId) -> Result<Vec<String>, StoreError> {
    let theirs = group_members::table.inner_join(groups::table).filter(group_members::user_id.eq(user.as_str()));
    Ok(theirs.order(groups::name).select(groups::name).load(db)?)
}

impl From<&Group> for GroupRow {
    fn from(group: &Group) -> Self {
        Self { id: group.id.as_str().to_owned(), name: group.name.clone(), created_at: group.created_at.unix() }
    }
}

impl TryFrom<GroupRow> for Group {
    type Error = StoreError;

    fn try_from(row: GroupRow) -> Result<Self, StoreError> {
        let created_at = Timestamp::from_unix(row.created_at);
        Ok(Self { id: id("groups.id", &row.id)?, name: row.name, created_at })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, cast, on_each, user, winners},
        *,
    };

    fn group(n: u8, name: &str) -> Group {
        Group { id: GroupId::new(NOW, [n; 10]), name: name.to_owned(), created_at: NOW }
    }

    #[test]
    fn a_group_is_made_once_and_found_by_its_name() {
        on_each(|store| {
            let (staff, editors) = (group(1, "staff"), group(2, "Editors"));
            assert!(store.write(|db| insert(db, &staff)).unwrap());
            assert!(!store.write(|db| insert(db, &group(3, "staff"))).unwrap());
            assert_eq!(winners(store, |db, n| insert(db, &group(n + 10, "Parallel"))), 1);
            assert!(store.write(|db| insert(db, &editors)).unwrap());
            assert_eq!(store.read(|db| find_by_name(db, "staff")).unwrap(), Some(staff));
            assert_eq!(store.read(|db| find_by_name(db, "Staff")).unwrap(), None);
            let names = |search: Option<&str>| -> Vec<_> {
                let request = PageRequest { after: None, limit: 9, search: search.map(str::to_owned) };
                let page = store.read(|db| list(db, &request)).unwrap();
                page.items.into_iter().map(|group| group.name).collect()
            };
            assert_eq!(names(None), ["staff", "Editors", "Parallel"]);
            assert_eq!(names(Some("ED")), ["Editors"]);
            assert_eq!(names(Some("editors ")), ["Editors"]);
        });
    }

    /// The version tells products that what a token says of the user is out of date.
    #[test]
    fn coming_and_going_puts_up_the_version_once_each() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let (staff, editors) = (group(1, "staff"), group(2, "editors"));
            store.write(|db| Ok((insert(db, &staff)?, insert(db, &editors)?))).unwrap();
            let version = || store.read(|db| users::find_by_id(db, &alice.id)).unwrap().unwrap().version;
            assert_eq!(winners(store, |db, _| add_member(db, &staff.id, &alice.id, NOW)), 1);
            assert_eq!(version(), 2);
            assert!(store.write(|db| add_member(db, &editors.id, &alice.id, NOW)).unwrap());
            assert_eq!(store.read(|db| list_names_of(db, &alice.id)).unwrap(), ["editors", "staff"]);
            assert_eq!(winners(store, |db, _| remove_member(db, &staff.id, &alice.id)), 1);
            assert_eq!((version(), store.read(|db| list_names_of(db, &user(2).id)).unwrap().len()), (4, 0));
            assert!(store.write(|db| delete(db, &staff.id)).unwrap());
            assert_eq!(version(), 4, "no member any more");
            assert!(store.write(|db| delete(db, &editors.id)).unwrap());
            assert_eq!((version(), store.read(|db| list_names_of(db, &alice.id)).unwrap().len()), (5, 0));
            assert!(!store.write(|db| delete(db, &editors.id)).unwrap());
        });
    }

    #[test]
    fn a_group_is_renamed_to_a_free_name_and_its_members_see_it() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let (staff, editors) = (group(1, "staff"), group(2, "editors"));
            store.write(|db| Ok((insert(db, &staff)?, insert(db, &editors)?))).unwrap();
            store.write(|db| add_member(db, &staff.id, &alice.id, NOW)).unwrap();
            let renamed = store.write(|db| {
                Ok([
                    rename(db, &staff.id, "editors")?,
                    rename(db, &group(9, "none").id, "free")?,
                    rename(db, &staff.id, "Crew")?,
                ])
            });
            assert_eq!(renamed.unwrap(), [Renamed::NameTaken, Renamed::Absent, Renamed::Renamed]);
            let crew = Group { name: "Crew".to_owned(), ..staff };
            assert_eq!(store.read(|db| find(db, &crew.id)).unwrap(), Some(crew.clone()));
            let all = PageRequest { after: None, limit: 9, search: Some("cr".to_owned()) };
            assert_eq!(store.read(|db| list(db, &all)).unwrap().items, std::slice::from_ref(&crew));
            let page = PageRequest { after: None, limit: 9, search: None };
            let seen = User { version: 3, ..alice };
            let members = store.read(|db| list_members(db, &crew.id, &page)).unwrap();
            assert_eq!(members.items, [Member { user: seen.clone(), since: NOW }]);
            let later = PageRequest { after: Some(seen.id.to_string()), ..page };
            assert_eq!(store.read(|db| list_members(db, &crew.id, &later)).unwrap().items, []);
            assert_eq!(store.read(|db| count_members(db, &crew.id)).unwrap(), 1);
            assert!(store.write(|db| delete(db, &crew.id)).unwrap());
            assert_eq!(store.read(|db| list(db, &all)).unwrap().items, []);
        });
    }
}

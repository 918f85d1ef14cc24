//! Tables `groups` and `group_members`.

use diesel::prelude::*;

use super::{
    column::id,
    connection::{Db, per_backend},
    error::StoreError,
    schema::{group_members, groups},
    users,
};
use crate::domain::{
    ids::{GroupId, UserId},
    organisation::Group,
    time::Timestamp,
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
    Ok(per_backend!(db, connection => statement.execute(connection))? == 1)
}

pub fn find_by_name(db: &mut Db, name: &str) -> Result<Option<Group>, StoreError> {
    let named = groups::table.filter(groups::name.eq(name));
    let row = named.select(GroupRow::as_select()).get_result(db).optional()?;
    row.map(Group::try_from).transpose()
}

/// By name.
pub fn list(db: &mut Db) -> Result<Vec<Group>, StoreError> {
    let rows = groups::table.order(groups::name).select(GroupRow::as_select()).load(db)?;
    rows.into_iter().map(Group::try_from).collect()
}

/// The version of its members goes up.
pub fn delete(db: &mut Db, group: &GroupId) -> Result<bool, StoreError> {
    users::bump_members_of(db, group)?;
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
            let names: Vec<_> = store.read(list).unwrap().into_iter().map(|group| group.name).collect();
            assert_eq!(names, ["Editors", "Parallel", "staff"]);
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
}

//! Tables `organisations` and `memberships`: who belongs where, and as what.

use diesel::prelude::*;

use super::{
    column::{id, known},
    connection::{Db, per_backend},
    error::StoreError,
    page::{Page, PageRequest},
    schema::{memberships, organisations, users},
    search::{self, Noun, Words},
    users::UserRow,
};
use crate::domain::{
    ids::{OrganisationId, UserId},
    organisation::{Membership, Organisation, OrganisationRole},
    time::Timestamp,
    user::User,
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = organisations)]
struct OrganisationRow {
    id: String,
    name: String,
    created_at: i64,
}

pub fn insert(db: &mut Db, organisation: &Organisation) -> Result<(), StoreError> {
    let statement = diesel::insert_into(organisations::table).values(OrganisationRow::from(organisation));
    per_backend!(db, connection => statement.execute(connection))?;
    search::insert(db, Noun::Organisation, organisation.id.as_str(), &Words::of([organisation.name.as_str()]))
}

pub fn find(db: &mut Db, id: &OrganisationId) -> Result<Option<Organisation>, StoreError> {
    let row = organisations::table.find(id.as_str()).select(OrganisationRow::as_select()).get_result(db).optional()?;
    row.map(Organisation::try_from).transpose()
}

/// The oldest one of this name; names need not be unique.
pub fn find_by_name(db: &mut Db, name: &str) -> Result<Option<Organisation>, StoreError> {
    let named = organisations::table.filter(organisations::name.eq(name)).order(organisations::id).limit(1);
    let row = named.select(OrganisationRow::as_select()).get_result(db).optional()?;
    row.map(Organisation::try_from).transpose()
}

/// Oldest first.
pub fn list(db: &mut Db, request: &PageRequest) -> Result<Page<Organisation>, StoreError> {
    let mut query = organisations::table.order(organisations::id).select(OrganisationRow::as_select()).into_boxed();
    let mut cut_short = false;
    if let Some(sought) = request.sought() {
        let hits = search::find(db, Noun::Organisation, &sought)?;
        query = query.filter(organisations::id.eq_any(hits.after(request)));
        cut_short = hits.cut_short();
    } else {
        query = query.filter(organisations::id.gt(request.start())).limit(request.fetch());
    }
    let found = query.load(db)?.into_iter().map(Organisation::try_from).collect::<Result<Vec<_>, _>>()?;
    Ok(Page { cut_short, ..Page::cut(found, request, |organisation| organisation.id.as_str().to_owned()) })
}

pub fn rename(db: &mut Db, organisation: &OrganisationId, name: &str) -> Result<bool, StoreError> {
    let row = organisations::table.find(organisation.as_str());
    let renamed = diesel::update(row).set(organisations::name.eq(name)).execute(db)? == 1;
    if renamed {
        search::replace(db, Noun::Organisation, organisation.as_str(), &Words::of([name]))?;
    }
    Ok(renamed)
}

/// Its members belong to it no longer; they stay.
pub fn delete(db: &mut Db, organisation: &OrganisationId) -> Result<bool, StoreError> {
    search::remove(db, Noun::Organisation, organisation.as_str())?;
    Ok(diesel::delete(organisations::table.find(organisation.as_str())).execute(db)? == 1)
}

/// A user of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub user: User,
    pub role: OrganisationRole,
    pub since: Timestamp,
}

/// By user; what the request seeks is not looked at.
pub fn list_members(
    db: &mut Db,
    organisation: &OrganisationId,
    request: &PageRequest,
) -> Result<Page<Member>, StoreError> {
    let rows: Vec<(UserRow, String, i64)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organisation_id.eq(organisation.as_str()))
        .filter(memberships::user_id.gt(request.start()))
        .order(memberships::user_id)
        .limit(request.fetch())
        .select((UserRow::as_select(), memberships::role, memberships::created_at))
        .load(db)?;
    let found = rows.into_iter().map(member).collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Page::cut(found, request, |member| member.user.id.as_str().to_owned()))
}

fn member((row, role, since): (UserRow, String, i64)) -> Result<Member, StoreError> {
    let role = known("memberships.role", OrganisationRole::parse(&role))?;
    Ok(Member { user: row.try_into()?, role, since: Timestamp::from_unix(since) })
}

pub fn find_member(db: &mut Db, organisation: &OrganisationId, user: &UserId) -> Result<Option<Member>, StoreError> {
    let found: Option<(UserRow, String, i64)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::organisation_id.eq(organisation.as_str()))
        .filter(memberships::user_id.eq(user.as_str()))
        .select((UserRow::as_select(), memberships::role, memberships::created_at))
        .get_result(db)
        .optional()?;
    found.map(member).transpose()
}

pub fn count_members(db: &mut Db, organisation: &OrganisationId) -> Result<i64, StoreError> {
    let its = memberships::table.filter(memberships::organisation_id.eq(organisation.as_str()));
    Ok(its.count().get_result(db)?)
}

/// Adds a member or changes the role; false where it was so already.
pub fn join(
    db: &mut Db,
    organisation: &OrganisationId,
    user: &UserId,
    role: OrganisationRole,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let values = (
        memberships::organisation_id.eq(organisation.as_str()),
        memberships::user_id.eq(user.as_str()),
        memberships::role.eq(role.as_str()),
        memberships::created_at.eq(now.unix()),
    );
    let statement = diesel::insert_into(memberships::table).values(values).on_conflict_do_nothing();
    if per_backend!(db, connection => statement.execute(connection))? == 1 {
        return Ok(true);
    }
    let other =
        memberships::table.find((user.as_str(), organisation.as_str())).filter(memberships::role.ne(role.as_str()));
    Ok(diesel::update(other).set(memberships::role.eq(role.as_str())).execute(db)? == 1)
}

pub fn leave(db: &mut Db, organisation: &OrganisationId, user: &UserId) -> Result<bool, StoreError> {
    let membership = memberships::table.find((user.as_str(), organisation.as_str()));
    Ok(diesel::delete(membership).execute(db)? == 1)
}

/// The oldest membership: the contracts know one organisation per user.
pub fn find_membership(db: &mut Db, user: &UserId) -> Result<Option<Membership>, StoreError> {
    Ok(list_memberships(db, user)?.into_iter().next())
}

/// Oldest first.
pub fn list_memberships(db: &mut Db, user: &UserId) -> Result<Vec<Membership>, StoreError> {
    let rows: Vec<(OrganisationRow, String)> = memberships::table
        .inner_join(organisations::table)
        .filter(memberships::user_id.eq(user.as_str()))
        .order((memberships::created_at, memberships::organisation_id))
        .select((OrganisationRow::as_select(), memberships::role))
        .load(db)?;
    let membership = |(row, role): (OrganisationRow, String)| {
        let role = known("memberships.role", OrganisationRole::parse(&role))?;
        Ok(Membership { organisation: row.try_into()?, role })
    };
    rows.into_iter().map(membership).collect()
}

impl From<&Organisation> for OrganisationRow {
    fn from(organisation: &Organisation) -> Self {
        Self {
            id: organisation.id.as_str().to_owned(),
            name: organisation.name.clone(),
            created_at: organisation.created_at.unix(),
        }
    }
}

impl TryFrom<OrganisationRow> for Organisation {
    type Error = StoreError;

    fn try_from(row: OrganisationRow) -> Result<Self, StoreError> {
        let created_at = Timestamp::from_unix(row.created_at);
        Ok(Self { id: id("organisations.id", &row.id)?, name: row.name, created_at })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::testing::{NOW, after, cast, on_each, user, winners},
        *,
    };

    fn organisation(n: u8, name: &str) -> Organisation {
        Organisation { id: OrganisationId::new(NOW, [n; 10]), name: name.to_owned(), created_at: NOW }
    }

    #[test]
    fn the_oldest_of_a_name_is_found() {
        on_each(|store| {
            let all = [organisation(3, "Acme"), organisation(1, "Zeta"), organisation(2, "Acme")];
            store.write(|db| all.iter().try_for_each(|one| insert(db, one))).unwrap();
            let [newer, zeta, older] = all;
            let found = |name| store.read(|db| find_by_name(db, name)).unwrap();
            assert_eq!([found("Acme"), found("acme")], [Some(older.clone()), None]);
            assert_eq!(store.read(|db| find(db, &newer.id)).unwrap(), Some(newer.clone()));
            let all = PageRequest { after: None, limit: 9, search: None };
            assert_eq!(store.read(|db| list(db, &all)).unwrap().items, [zeta, older, newer]);
        });
    }

    #[test]
    fn a_user_joins_once_changes_roles_and_leaves() {
        use OrganisationRole::{Admin, Member};
        on_each(|store| {
            let (alice, ..) = cast(store);
            let (first, second) = (organisation(2, "First"), organisation(1, "Second"));
            store.write(|db| insert(db, &first).and_then(|()| insert(db, &second))).unwrap();
            let joined =
                |one: &Organisation, role, at| store.write(|db| join(db, &one.id, &alice.id, role, after(at))).unwrap();
            assert_eq!(winners(store, |db, _| join(db, &first.id, &alice.id, Member, NOW)), 1);
            assert_eq!(
                [joined(&second, Member, 1), joined(&first, Admin, 2), joined(&first, Admin, 3)],
                [true, true, false]
            );
            let oldest = Membership { organisation: first.clone(), role: Admin };
            let other = Membership { organisation: second.clone(), role: Member };
            assert_eq!(store.read(|db| find_membership(db, &alice.id)).unwrap(), Some(oldest.clone()));
            assert_eq!(store.read(|db| list_memberships(db, &alice.id)).unwrap(), [oldest, other.clone()]);
            assert!(store.write(|db| leave(db, &first.id, &alice.id)).unwrap());
            assert!(!store.write(|db| leave(db, &first.id, &alice.id)).unwrap());
            assert_eq!(store.read(|db| find_membership(db, &alice.id)).unwrap(), Some(other));
            assert_eq!(store.read(|db| find_membership(db, &user(2).id)).unwrap(), None);
        });
    }

    #[test]
    fn what_is_renamed_is_found_by_its_new_name_and_what_is_deleted_by_none() {
        on_each(|store| {
            let (acme, zeta) = (organisation(1, "Acme Trading"), organisation(2, "Zeta"));
            store.write(|db| insert(db, &acme).and_then(|()| insert(db, &zeta))).unwrap();
            let found = |text: &str| {
                let request = PageRequest { after: None, limit: 9, search: Some(text.to_owned()) };
                store.read(|db| list(db, &request)).unwrap().items
            };
            assert_eq!(found("TRAD"), std::slice::from_ref(&acme));
            assert!(store.write(|db| rename(db, &acme.id, "Ümlaut & Co")).unwrap());
            assert_eq!([found("trad").len(), found("acme").len()], [0, 0]);
            assert_eq!(found("üml"), [Organisation { name: "Ümlaut & Co".to_owned(), ..acme.clone() }]);
            assert!(store.write(|db| delete(db, &acme.id)).unwrap());
            assert_eq!([found("co").len(), found("z").len()], [0, 1]);
            assert!(!store.write(|db| delete(db, &acme.id)).unwrap());
            assert!(!store.write(|db| rename(db, &acme.id, "Again")).unwrap());
            assert_eq!(found("again"), []);
        });
    }

    #[test]
    fn members_are_listed_by_pages_and_outlive_their_organisation() {
        on_each(|store| {
            let (alice, ..) = cast(store);
            let (bob, acme, other) = (user(2), organisation(1, "Acme"), organisation(2, "Other"));
            store
                .write(|db| {
                    super::super::users::insert(db, &bob, None)?;
                    insert(db, &acme)?;
                    insert(db, &other)?;
                    join(db, &acme.id, &bob.id, OrganisationRole::Member, after(2))?;
                    join(db, &other.id, &bob.id, OrganisationRole::Member, NOW)?;
                    join(db, &acme.id, &alice.id, OrganisationRole::Admin, after(5))
                })
                .unwrap();
            let list = |after: Option<String>| {
                let request = PageRequest { after, limit: 1, search: None };
                store.read(|db| list_members(db, &acme.id, &request)).unwrap()
            };
            let (first, second) = (list(None), list(Some(alice.id.to_string())));
            assert_eq!(first.items, [Member { user: alice.clone(), role: OrganisationRole::Admin, since: after(5) }]);
            assert_eq!((first.next, second.next), (Some(alice.id.to_string()), None));
            assert_eq!(second.items, [Member { user: bob.clone(), role: OrganisationRole::Member, since: after(2) }]);
            assert_eq!(store.read(|db| count_members(db, &acme.id)).unwrap(), 2);
            assert!(store.write(|db| delete(db, &acme.id)).unwrap());
            assert_eq!(store.read(|db| count_members(db, &acme.id)).unwrap(), 0);
            assert_eq!(store.read(|db| list_memberships(db, &bob.id)).unwrap().len(), 1);
        });
    }
}

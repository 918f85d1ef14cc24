//! Tables `organisations` and `memberships`: who belongs where, and as what.

use diesel::prelude::*;

use super::{
    column::{id, known},
    connection::{Db, per_backend},
    error::StoreError,
    schema::{memberships, organisations},
};
use crate::domain::{
    ids::{OrganisationId, UserId},
    organisation::{Membership, Organisation, OrganisationRole},
    time::Timestamp,
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
    Ok(())
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
pub fn list(db: &mut Db) -> Result<Vec<Organisation>, StoreError> {
    let rows = organisations::table.order(organisations::id).select(OrganisationRow::as_select()).load(db)?;
    rows.into_iter().map(Organisation::try_from).collect()
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
            assert_eq!(store.read(list).unwrap(), [zeta, older, newer]);
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
}

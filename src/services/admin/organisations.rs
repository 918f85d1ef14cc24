//! Organisations: companies, teams and tenants, and who belongs to them as what.

use super::{
    AdminError, absent,
    edition::{Current, Expected},
    entry, entry_about, read, readable, require, unfit,
    users::changeable,
    write_in_turn,
};
use crate::{
    crypto::random,
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        ids::{OrganisationId, UserId},
        organisation::{Organisation, OrganisationRole},
    },
    services::{audit, core::Core, organisations as ours},
    store::{
        Db, organisations as store,
        page::{Page, PageRequest},
        users,
    },
};

pub use crate::{services::organisations::Keeper, store::organisations::Member};

/// An organisation with what stands in other places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownOrganisation {
    pub organisation: Organisation,
    pub members: i64,
    /// Who decides about it beside administrators.
    pub keeper: Option<Keeper>,
}

/// Names need not be unique: two companies may be called alike.
pub async fn create(core: &Core, admin: &Administrator, name: &str) -> Result<Current<ShownOrganisation>, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let name = free_name(core, name)?;
    let admin = admin.clone();
    core.run(move |core| {
        let now = core.clock.now();
        let organisation = Organisation { id: OrganisationId::new(now, random::bytes()), name, created_at: now };
        write_in_turn(core, |db| {
            store::insert(db, &organisation)?;
            Ok(audit::record(core, db, entry(&admin, Action::CreateOrganisation, called(&organisation)))?)
        })?;
        Ok(Current::new(ShownOrganisation { organisation, members: 0, keeper: None }))
    })
    .await
}

/// One page, the oldest first.
pub async fn list(core: &Core, admin: &Administrator, page: PageRequest) -> Result<Page<Organisation>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    core.run(move |core| Ok(core.store.read(|db| store::list(db, &page))?)).await
}

pub async fn show(core: &Core, admin: &Administrator, id: &str) -> Result<Current<ShownOrganisation>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let id = id.to_owned();
    core.run(move |core| Ok(Current::new(read(core, |db| find(core, db, &id))?))).await
}

/// Changes its name. One that the settings call by its name keeps it, or people would look for it in vain.
pub async fn rename(
    core: &Core,
    admin: &Administrator,
    id: &str,
    expected: Expected,
    name: &str,
) -> Result<Current<ShownOrganisation>, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let name = readable("name", name)?;
    let (admin, id) = (admin.clone(), id.to_owned());
    core.run(move |core| {
        let shown = write_in_turn(core, |db| {
            let shown = find(core, db, &id)?;
            expected.check(&shown)?;
            if name == shown.organisation.name {
                return Ok(shown);
            }
            if ours::keeper_of_name(core, &shown.organisation.name).is_some() && shown.keeper.is_some() {
                return Err(unfit("name", "stands in the settings: change it there"));
            }
            let name = free_name(core, &name)?;
            store::rename(db, &shown.organisation.id, &name)?;
            let detail = format!("{}: called {name} from now on", called(&shown.organisation));
            audit::record(core, db, entry(&admin, Action::UpdateOrganisation, detail))?;
            Ok(ShownOrganisation { organisation: Organisation { name, ..shown.organisation }, ..shown })
        })?;
        Ok(Current::new(shown))
    })
    .await
}

/// Its members stay, and belong to it no longer.
pub async fn delete(
    core: &Core,
    admin: &Administrator,
    id: &str,
    expected: Expected,
) -> Result<Organisation, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, id) = (admin.clone(), id.to_owned());
    core.run(move |core| {
        write_in_turn(core, |db| {
            let shown = find(core, db, &id)?;
            expected.check(&shown)?;
            if shown.keeper.is_some() {
                return Err(unfit(
                    "organisation",
                    "stands in the settings, and would come back: take it out there first",
                ));
            }
            store::delete(db, &shown.organisation.id)?;
            let detail = format!("{}: with {} memberships", called(&shown.organisation), shown.members);
            audit::record(core, db, entry(&admin, Action::DeleteOrganisation, detail))?;
            Ok(shown.organisation)
        })
    })
    .await
}

/// One page of those who belong to it, in the order in which their accounts were made.
pub async fn list_members(
    core: &Core,
    admin: &Administrator,
    id: &str,
    page: PageRequest,
) -> Result<Page<Member>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let id = id.to_owned();
    core.run(move |core| {
        read(core, |db| {
            let organisation = find_bare(db, &id)?;
            Ok(store::list_members(db, &organisation.id, &page)?)
        })
    })
    .await
}

/// Makes a user, named by id, address or username, a member. Who is one already stays what they are:
/// [`change_role`] is another wish.
pub async fn add(
    core: &Core,
    admin: &Administrator,
    id: &str,
    who: &str,
    role: OrganisationRole,
) -> Result<Member, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    put(core, admin, (id, who), (role, Before::Outside)).await
}

/// Makes a member an admin of the organisation, or an admin a member.
pub async fn change_role(
    core: &Core,
    admin: &Administrator,
    id: &str,
    who: &str,
    role: OrganisationRole,
) -> Result<Member, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    put(core, admin, (id, who), (role, Before::Member)).await
}

/// What a user must be before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Outside,
    Member,
}

async fn put(
    core: &Core,
    admin: &Administrator,
    (id, who): (&str, &str),
    (role, wanted): (OrganisationRole, Before),
) -> Result<Member, AdminError> {
    let (admin, id, who) = (admin.clone(), id.to_owned(), who.to_owned());
    core.run(move |core| {
        write_in_turn(core, |db| {
            let organisation = find_bare(db, &id)?;
            let user = changeable(db, &admin, &who)?;
            users::lock(db, &user.id)?;
            let held = store::list_memberships(db, &user.id)?;
            let before = held.iter().find(|held| held.organisation.id == organisation.id).map(|held| held.role);
            match (before, wanted) {
                (Some(_), Before::Outside) => return Err(AdminError::Taken { what: "member", name: who }),
                (None, Before::Member) => return Err(absent("member", &who)),
                (None, Before::Outside) | (Some(_), Before::Member) => {}
            }
            join(core, db, &admin, &user.id, (&organisation, role))?;
            let member = store::find_member(db, &organisation.id, &user.id)?;
            member.ok_or_else(|| absent("member", &who))
        })
    })
    .await
}

/// Ends a membership. Of a directory's organisation, too: who is still in the directory is back with the next sign-in.
pub async fn remove(core: &Core, admin: &Administrator, id: &str, who: &str) -> Result<(), AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, id, who) = (admin.clone(), id.to_owned(), who.to_owned());
    core.run(move |core| {
        write_in_turn(core, |db| {
            let organisation = find_bare(db, &id)?;
            let user = changeable(db, &admin, &who)?;
            if !store::leave(db, &organisation.id, &user.id)? {
                return Err(absent("member", &who));
            }
            let detail = Some(called(&organisation));
            Ok(audit::record(core, db, entry_about(&admin, &user.id, Action::LeaveOrganisation, detail))?)
        })
    })
    .await
}

fn find(core: &Core, db: &mut Db, id: &str) -> Result<ShownOrganisation, AdminError> {
    let organisation = find_bare(db, id)?;
    let (members, keeper) = (store::count_members(db, &organisation.id)?, ours::keeper(core, &organisation.id));
    Ok(ShownOrganisation { organisation, members, keeper })
}

fn find_bare(db: &mut Db, id: &str) -> Result<Organisation, AdminError> {
    let found = OrganisationId::parse(id).map(|id| store::find(db, &id)).transpose()?;
    found.flatten().ok_or_else(|| absent("organisation", id))
}

/// A name that the settings give to an organisation is that one's: people would take another one for it.
pub(super) fn free_name(core: &Core, name: &str) -> Result<String, AdminError> {
    let name = readable("name", name)?;
    if OrganisationId::parse(&name).is_some() {
        return Err(unfit("name", "looks like an id"));
    }
    if ours::keeper_of_name(core, &name).is_some() {
        return Err(unfit("name", "is what the settings call an organisation: that one is made by itself"));
    }
    Ok(name)
}

/// How the audit log names it.
pub(super) fn called(organisation: &Organisation) -> String {
    format!("{} {}", organisation.id.as_str(), organisation.name)
}

/// Puts a user into an organisation, by whichever page. Into a directory's the directory puts them.
pub(super) fn join(
    core: &Core,
    db: &mut Db,
    admin: &Administrator,
    user: &UserId,
    (organisation, role): (&Organisation, OrganisationRole),
) -> Result<(), AdminError> {
    if let Some(Keeper::Directory(directory)) = ours::keeper(core, &organisation.id) {
        return Err(unfit("organisation", format!("its members come from the directory {directory}")));
    }
    if store::join(db, &organisation.id, user, role, core.clock.now())? {
        let detail = format!("{}: {}", called(organisation), role.as_str());
        audit::record(core, db, entry_about(admin, user, Action::JoinOrganisation, Some(detail)))?;
    }
    Ok(())
}

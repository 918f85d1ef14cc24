//! Groups: named sets of users, of the whole deployment. They stand in tokens, so a change puts up the version of members.

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
        ids::GroupId,
        organisation::Group,
    },
    services::{audit, core::Core},
    store::{
        Db,
        groups::{self as store, Renamed},
        page::{Page, PageRequest},
    },
};

pub use crate::store::groups::Member;

/// A group with what stands in other places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownGroup {
    pub group: Group,
    pub members: i64,
    /// The directory whose mappings name it: it puts its people in and takes them out.
    pub directory: Option<String>,
}

pub async fn create(core: &Core, admin: &Administrator, name: &str) -> Result<Current<ShownGroup>, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let name = checked_name("name", name)?;
    let admin = admin.clone();
    core.run(move |core| {
        let now = core.clock.now();
        let group = Group { id: GroupId::new(now, random::bytes()), name, created_at: now };
        write_in_turn(core, |db| {
            if !store::insert(db, &group)? {
                return Err(taken(&group.name));
            }
            Ok(audit::record(core, db, entry(&admin, Action::CreateGroup, called(&group)))?)
        })?;
        let directory = directory(core, &group.name);
        Ok(Current::new(ShownGroup { group, members: 0, directory }))
    })
    .await
}

/// One page, the oldest first.
pub async fn list(core: &Core, admin: &Administrator, page: PageRequest) -> Result<Page<Group>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    core.run(move |core| Ok(core.store.read(|db| store::list(db, &page))?)).await
}

pub async fn show(core: &Core, admin: &Administrator, id: &str) -> Result<Current<ShownGroup>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let id = id.to_owned();
    core.run(move |core| Ok(Current::new(read(core, |db| find(core, db, &id))?))).await
}

/// Changes its name. One that a directory's mapping names keeps it: the directory would make another one of that name.
pub async fn rename(
    core: &Core,
    admin: &Administrator,
    id: &str,
    expected: Expected,
    name: &str,
) -> Result<Current<ShownGroup>, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let name = checked_name("name", name)?;
    let (admin, id) = (admin.clone(), id.to_owned());
    core.run(move |core| {
        let shown = write_in_turn(core, |db| {
            let shown = find(core, db, &id)?;
            expected.check(&shown)?;
            if name == shown.group.name {
                return Ok(shown);
            }
            if let Some(directory) = &shown.directory {
                return Err(unfit(
                    "name",
                    format!("stands in the mappings of the directory {directory}: change it there"),
                ));
            }
            match store::rename(db, &shown.group.id, &name)? {
                Renamed::Renamed => {}
                Renamed::NameTaken => return Err(taken(&name)),
                Renamed::Absent => return Err(absent("group", &id)),
            }
            let detail = format!("{}: called {name} from now on", called(&shown.group));
            audit::record(core, db, entry(&admin, Action::UpdateGroup, detail))?;
            let directory = directory(core, &name);
            Ok(ShownGroup { group: Group { name, ..shown.group }, directory, ..shown })
        })?;
        Ok(Current::new(shown))
    })
    .await
}

/// Its members stay, and are in it no longer.
pub async fn delete(core: &Core, admin: &Administrator, id: &str, expected: Expected) -> Result<Group, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, id) = (admin.clone(), id.to_owned());
    core.run(move |core| {
        write_in_turn(core, |db| {
            let shown = find(core, db, &id)?;
            expected.check(&shown)?;
            if let Some(directory) = &shown.directory {
                let reason = format!("stands in the mappings of the directory {directory}, and would come back");
                return Err(unfit("group", reason));
            }
            store::delete(db, &shown.group.id)?;
            let detail = format!("{}: with {} members", called(&shown.group), shown.members);
            audit::record(core, db, entry(&admin, Action::DeleteGroup, detail))?;
            Ok(shown.group)
        })
    })
    .await
}

/// One page of those who are in it, in the order in which their accounts were made.
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
            let group = find_bare(db, &id)?;
            Ok(store::list_members(db, &group.id, &page)?)
        })
    })
    .await
}

/// Puts a user, named by id, address or username, into the group.
pub async fn add(core: &Core, admin: &Administrator, id: &str, who: &str) -> Result<Member, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, id, who) = (admin.clone(), id.to_owned(), who.to_owned());
    core.run(move |core| {
        let now = core.clock.now();
        write_in_turn(core, |db| {
            let group = find_bare(db, &id)?;
            let user = changeable(db, &admin, &who)?;
            if !store::add_member(db, &group.id, &user.id, now)? {
                return Err(AdminError::Taken { what: "member", name: who });
            }
            let detail = Some(called(&group));
            audit::record(core, db, entry_about(&admin, &user.id, Action::JoinGroup, detail))?;
            Ok(Member { user, since: now })
        })
    })
    .await
}

pub async fn remove(core: &Core, admin: &Administrator, id: &str, who: &str) -> Result<(), AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, id, who) = (admin.clone(), id.to_owned(), who.to_owned());
    core.run(move |core| {
        write_in_turn(core, |db| {
            let group = find_bare(db, &id)?;
            let user = changeable(db, &admin, &who)?;
            if !store::remove_member(db, &group.id, &user.id)? {
                return Err(absent("member", &who));
            }
            let detail = Some(called(&group));
            Ok(audit::record(core, db, entry_about(&admin, &user.id, Action::LeaveGroup, detail))?)
        })
    })
    .await
}

/// A name that cannot be taken for another group.
pub(super) fn checked_name(what: &'static str, name: &str) -> Result<String, AdminError> {
    let name = readable(what, name)?;
    if GroupId::parse(&name).is_some() { Err(unfit(what, "looks like an id")) } else { Ok(name) }
}

fn find(core: &Core, db: &mut Db, id: &str) -> Result<ShownGroup, AdminError> {
    let group = find_bare(db, id)?;
    let (members, directory) = (store::count_members(db, &group.id)?, directory(core, &group.name));
    Ok(ShownGroup { group, members, directory })
}

fn find_bare(db: &mut Db, id: &str) -> Result<Group, AdminError> {
    let found = GroupId::parse(id).map(|id| store::find(db, &id)).transpose()?;
    found.flatten().ok_or_else(|| absent("group", id))
}

fn directory(core: &Core, name: &str) -> Option<String> {
    let mut directories = core.settings.directories.iter();
    let names = |names: &[String]| names.iter().any(|named| named == name);
    let keeper = directories.find(|directory| directory.mappings.iter().any(|mapping| names(&mapping.groups)));
    keeper.map(|directory| directory.name.clone())
}

fn taken(name: &str) -> AdminError {
    AdminError::Taken { what: "group", name: name.to_owned() }
}

/// How the audit log names it.
pub(super) fn called(group: &Group) -> String {
    format!("{} {}", group.id.as_str(), group.name)
}

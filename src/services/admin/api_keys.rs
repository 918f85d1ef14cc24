//! Users' API keys, as administrators make, list and revoke them.

use super::{AdminError, absent, entry_about, read, require, unfit, users, write};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        api_key::{ApiKey, Maker},
        audit::Action,
        ids::ApiKeyId,
        user::User,
    },
    services::{
        api_keys::{Made, Member, NewKey, NotMade, Wish, make},
        audit,
        core::Core,
    },
    store::{
        Db, api_keys,
        page::{Page, PageRequest},
        users as people,
    },
};

/// A key, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnedKey {
    pub key: ApiKey,
    pub owner: User,
}

/// For a user by id, address or username. One who may everything may give every scope that is registered; what others
/// make has no more than its user could give.
pub async fn create(core: &Core, admin: &Administrator, who: &str, new: NewKey) -> Result<Made, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let wish = Wish::parse(new)?;
    let user = users::show(core, admin, who).await?;
    users::may_make(admin, user.role)?;
    let maker = if admin.may_everything() { Maker::Operator } else { Maker::User };
    let admin = admin.clone();
    core.run(move |core| {
        let entry = entry_about(&admin, &user.id, Action::CreateApiKey, None);
        Ok(make(core, &user, &wish, maker, entry)??)
    })
    .await
}

/// One page of a user's keys, or of everybody's, the oldest first; with those that have expired and are not purged yet.
pub async fn list(
    core: &Core,
    admin: &Administrator,
    who: Option<&str>,
    page: PageRequest,
) -> Result<Page<OwnedKey>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let user = match who {
        Some(who) => Some(users::show(core, admin, who).await?.id),
        None => None,
    };
    core.run(move |core| {
        let Page { items, next, cut_short } =
            core.store.read(|db| api_keys::list_with_owners(db, user.as_ref(), &page))?;
        let items = items.into_iter().map(|(key, owner)| OwnedKey { key, owner }).collect();
        Ok(Page { items, next, cut_short })
    })
    .await
}

pub async fn show(core: &Core, admin: &Administrator, id: &str) -> Result<OwnedKey, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let id = id.to_owned();
    core.run(move |core| read(core, |db| find(db, &id))).await
}

/// From here on the key is refused everywhere. An administrator's key is ended by those who may everything.
pub async fn revoke(core: &Core, admin: &Administrator, id: &str) -> Result<OwnedKey, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, id) = (admin.clone(), id.to_owned());
    core.run(move |core| {
        write(core, |db| {
            let owned = find(db, &id)?;
            users::may_make(&admin, owned.owner.role)?;
            if !api_keys::delete(db, &owned.owner.id, &owned.key.id)? {
                return Err(absent("API key", &id));
            }
            let detail = Some(id.clone());
            audit::record(core, db, entry_about(&admin, &owned.owner.id, Action::RevokeApiKey, detail))?;
            Ok(owned)
        })
    })
    .await
}

fn find(db: &mut Db, id: &str) -> Result<OwnedKey, AdminError> {
    let key = ApiKeyId::parse(id).map(|id| api_keys::find_by_id(db, &id)).transpose()?.flatten();
    let key = key.ok_or_else(|| absent("API key", id))?;
    let owner = people::find_by_id(db, &key.user_id)?.ok_or_else(|| absent("API key", id))?;
    Ok(OwnedKey { key, owner })
}

impl From<NotMade> for AdminError {
    fn from(reason: NotMade) -> Self {
        match reason {
            NotMade::Malformed(Member::ExpiresInDays) => unfit("expires in days", Member::ExpiresInDays.rule()),
            NotMade::Malformed(member) => unfit(member.name(), member.rule()),
            NotMade::Beyond(scope) => unfit("scopes", format!("{scope} is for administrators")),
            NotMade::TooMany { most } => {
                unfit("user", format!("has {most} API keys already, more is not looked after"))
            }
        }
    }
}

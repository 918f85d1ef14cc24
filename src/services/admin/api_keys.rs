//! Users' API keys, as administrators make, list and revoke them.

use super::{AdminError, absent, entry_about, require, unfit, users, write};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        api_key::{ApiKey, Maker},
        audit::Action,
        ids::ApiKeyId,
    },
    services::{
        api_keys::{Made, NewKey, NotMade, Wish, make},
        audit,
        core::Core,
    },
    store::{
        api_keys,
        page::{Page, PageRequest},
    },
};

/// For a user by id, address or username. One who may everything may give every scope that is registered.
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
) -> Result<Page<ApiKey>, AdminError> {
    require(admin, Area::Users, Access::Read)?;
    let user = match who {
        Some(who) => Some(users::show(core, admin, who).await?.id),
        None => None,
    };
    core.run(move |core| Ok(core.store.read(|db| api_keys::list(db, user.as_ref(), &page))?)).await
}

/// From here on the key is refused everywhere.
pub async fn revoke(core: &Core, admin: &Administrator, id: &str) -> Result<ApiKey, AdminError> {
    require(admin, Area::Users, Access::Write)?;
    let (admin, name) = (admin.clone(), id.to_owned());
    let id = ApiKeyId::parse(id).ok_or_else(|| absent("API key", &name))?;
    core.run(move |core| {
        write(core, |db| {
            let key = api_keys::find_by_id(db, &id)?.ok_or_else(|| absent("API key", &name))?;
            if !api_keys::delete(db, &key.user_id, &id)? {
                return Err(absent("API key", &name));
            }
            let detail = Some(id.as_str().to_owned());
            audit::record(core, db, entry_about(&admin, &key.user_id, Action::RevokeApiKey, detail))?;
            Ok(key)
        })
    })
    .await
}

impl From<NotMade> for AdminError {
    fn from(reason: NotMade) -> Self {
        match reason {
            NotMade::Malformed(member) => unfit(member.name(), member.rule()),
            NotMade::Beyond(scope) => unfit("scopes", format!("{scope} is for administrators")),
            NotMade::TooMany { most } => {
                unfit("user", format!("has {most} API keys already, more is not looked after"))
            }
        }
    }
}

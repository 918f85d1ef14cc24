//! Users' API keys, as operators make, list and revoke them.

use super::{AdminError, absent, unfit, users};
use crate::{
    domain::{
        api_key::{ApiKey, Maker},
        audit::{Action, Actor, Outcome},
        ids::{ApiKeyId, UserId},
    },
    services::{
        api_keys::{Made, NewKey, NotMade, Wish, make},
        audit::{self, Entry},
        core::Core,
    },
    store::{
        api_keys,
        page::{Page, PageRequest},
    },
};

/// For a user by id, address or username. An operator may give every scope that is registered.
pub async fn create(core: &Core, who: &str, new: NewKey) -> Result<Made, AdminError> {
    let wish = Wish::parse(new)?;
    let user = users::show(core, who).await?;
    core.run(move |core| {
        let entry = by_operator(&user.id, Action::CreateApiKey);
        Ok(make(core, &user, &wish, Maker::Operator, entry)??)
    })
    .await
}

/// One page of a user's keys, or of everybody's, the oldest first; with those that have expired and are not purged yet.
pub async fn list(core: &Core, who: Option<&str>, page: PageRequest) -> Result<Page<ApiKey>, AdminError> {
    let user = match who {
        Some(who) => Some(users::show(core, who).await?.id),
        None => None,
    };
    core.run(move |core| Ok(core.store.read(|db| api_keys::list(db, user.as_ref(), &page))?)).await
}

/// From here on the key is refused everywhere.
pub async fn revoke(core: &Core, id: &str) -> Result<ApiKey, AdminError> {
    let name = id.to_owned();
    let unknown = move || absent("API key", &name);
    let id = ApiKeyId::parse(id).ok_or_else(&unknown)?;
    core.run(move |core| {
        let revoked = core.store.write(|db| {
            let Some(key) = api_keys::find_by_id(db, &id)? else { return Ok(None) };
            if !api_keys::delete(db, &key.user_id, &id)? {
                return Ok(None);
            }
            audit::record(core, db, by_operator(&key.user_id, Action::RevokeApiKey).with(id.as_str()))?;
            Ok(Some(key))
        })?;
        revoked.ok_or_else(unknown)
    })
    .await
}

fn by_operator(user: &UserId, action: Action) -> Entry {
    let user_id = Some(user.clone());
    Entry { actor: Actor::Operator, user_id, action, outcome: Outcome::Done, address: None, detail: None }
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

//! The audit log, as administrators read it.

use std::collections::{BTreeMap, BTreeSet};

use super::{AdminError, Page, PageRequest, require, unfit, users};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::{Action, Actor, Event, EventFilter, Outcome},
        ids::{ApiKeyId, UserId},
        time::Timestamp,
    },
    services::{
        audit::{self, Exported, Verdict},
        core::Core,
    },
    store,
};

/// What is sought, in the words of people; an empty one narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// A user by id, address or username, or `operator`, `client:…`, the id of a key.
    pub actor: String,
    /// Whose account it concerns.
    pub user: String,
    pub action: String,
    pub outcome: String,
    /// RFC 3339, or a day.
    pub from: String,
    /// Before this moment.
    pub until: String,
    /// A part of the detail.
    pub detail: String,
}

/// One page, newest first.
pub async fn list(
    core: &Core,
    admin: &Administrator,
    sought: &Sought,
    page: PageRequest,
) -> Result<Page<Event>, AdminError> {
    require(admin, Area::Audit, Access::Read)?;
    let filter = filter(core, sought).await?;
    Ok(audit::list(core, filter, page).await?)
}

/// What people are called whom these entries name, by id; those who are deleted have no name any more.
pub async fn names(
    core: &Core,
    admin: &Administrator,
    events: &[Event],
) -> Result<BTreeMap<String, String>, AdminError> {
    require(admin, Area::Audit, Access::Read)?;
    let actor = |event: &Event| if let Actor::User(id) = &event.actor { Some(id.clone()) } else { None };
    let ids = events.iter().flat_map(|event| [actor(event), event.user_id.clone()]).flatten();
    let named: BTreeSet<String> = ids.map(|id| id.as_str().to_owned()).collect();
    core.run(move |core| {
        let found = core.store.read(|db| store::users::find_all(db, named.iter().map(String::as_str).collect()))?;
        Ok(found.into_iter().map(|user| (user.id.as_str().to_owned(), user.display_name().to_owned())).collect())
    })
    .await
}

/// The chained entries behind that place, oldest first, each a line of JSON.
pub async fn export(core: &Core, admin: &Administrator, sought: &Sought, after: i64) -> Result<Exported, AdminError> {
    require(admin, Area::Audit, Access::Read)?;
    let filter = filter(core, sought).await?;
    Ok(audit::export(core, filter, after).await?)
}

/// Whether the log is whole.
pub async fn verify(core: &Core, admin: &Administrator) -> Result<Verdict, AdminError> {
    require(admin, Area::Audit, Access::Read)?;
    Ok(audit::verify(core).await?)
}

async fn filter(core: &Core, sought: &Sought) -> Result<EventFilter, AdminError> {
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let unknown = |what| move || unfit(what, "is none that there is");
    let moment = |what, text: &str| {
        given(text).map(|text| Timestamp::parse(&text).ok_or_else(|| unfit(what, "must be a moment"))).transpose()
    };
    let actor = match given(&sought.actor) {
        Some(who) => Some(actor(core, who).await?),
        None => None,
    };
    let user_id = match given(&sought.user) {
        Some(who) => {
            Some(user(core, who.clone()).await?.ok_or_else(|| unfit("user", format!("there is no user {who}")))?)
        }
        None => None,
    };
    Ok(EventFilter {
        actor,
        user_id,
        action: given(&sought.action).map(|word| Action::parse(&word).ok_or_else(unknown("action"))).transpose()?,
        outcome: given(&sought.outcome).map(|word| Outcome::parse(&word).ok_or_else(unknown("outcome"))).transpose()?,
        from: moment("from", &sought.from)?,
        until: moment("until", &sought.until)?,
        detail: given(&sought.detail),
    })
}

/// By how a row keeps it, else a user by name. The log's own words come first: somebody may be called `operator`.
async fn actor(core: &Core, who: String) -> Result<Actor, AdminError> {
    match Actor::parse(&who) {
        Actor::Key(id) if ApiKeyId::parse(&id).is_none() => {
            let found = user(core, who.clone()).await?;
            found.map(Actor::User).ok_or_else(|| unfit("actor", format!("there is no user {who}")))
        }
        said => Ok(said),
    }
}

async fn user(core: &Core, who: String) -> Result<Option<UserId>, AdminError> {
    if let Some(id) = UserId::parse(&who) {
        return Ok(Some(id));
    }
    core.run(move |core| Ok(core.store.read(|db| users::find(db, &who))?.map(|user| user.id))).await
}

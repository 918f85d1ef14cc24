//! Requests that were refused lately, as administrators see them: of this node, and no further back than its memory.

use super::{AdminError, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        client::ClientId,
        refused::Refused,
    },
    services::{clients, core::Core, refused},
};

/// Newest first: of one client, or of all that this administrator looks after and of those that nobody has registered.
pub async fn list(core: &Core, admin: &Administrator, client: Option<&str>) -> Result<Vec<Refused>, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    let found = match client.map(ClientId::parse) {
        None => refused::list(core, None),
        Some(Some(one)) => refused::list(core, Some(&one)),
        // No client is called so.
        Some(None) => Vec::new(),
    };
    if admin.reaches(None) {
        let strangers = if client.is_none() { refused::unknown(core) } else { Vec::new() };
        return Ok(newest_first(found, strangers));
    }
    let admin = admin.clone();
    core.run(move |core| {
        let mut own = Vec::new();
        for refused in found {
            if is_own(core, &admin, &refused)? {
                own.push(refused);
            }
        }
        Ok(own)
    })
    .await
}

fn newest_first(mut found: Vec<Refused>, more: Vec<Refused>) -> Vec<Refused> {
    found.extend(more);
    found.sort_by_key(|refused| std::cmp::Reverse(refused.last_at));
    found
}

fn is_own(core: &Core, admin: &Administrator, refused: &Refused) -> Result<bool, AdminError> {
    let Some(id) = &refused.client else {
        return Ok(false);
    };
    // A disabled one, too: that it is disabled is a reason that its manager looks for.
    let known = clients::registered(core, id.as_str())?;
    // Another client may have had this id before.
    let since = |known: &clients::KnownClient| known.client.created_at <= refused.last_at;
    Ok(known.is_some_and(|known| admin.reaches(known.client.owner.as_ref()) && since(&known)))
}

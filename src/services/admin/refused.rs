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
    let one = client.and_then(ClientId::parse);
    let mut found = refused::list(core, one.as_ref());
    if one.is_none() && client.is_none() && admin.reaches(None) {
        found.extend(refused::unknown(core));
        found.sort_by_key(|refused| std::cmp::Reverse(refused.last_at));
    }
    if admin.reaches(None) {
        return Ok(found);
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

fn is_own(core: &Core, admin: &Administrator, refused: &Refused) -> Result<bool, AdminError> {
    let Some(id) = &refused.client else {
        return Ok(false);
    };
    let known = clients::find(core, id.as_str())?;
    Ok(known.is_some_and(|known| admin.reaches(known.client.owner.as_ref())))
}

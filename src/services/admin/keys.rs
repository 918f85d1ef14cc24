//! The signing keys, as administrators see, rotate and revoke them.

use super::{AdminError, absent, entry, require};
use crate::{
    domain::{
        administrator::{Access, Administrator, Area},
        audit::Action,
        key::SigningKey,
    },
    services::{core::Core, keys},
};

/// Every key, the youngest first.
pub async fn list(core: &Core, admin: &Administrator) -> Result<Vec<SigningKey>, AdminError> {
    require(admin, Area::Keys, Access::Read)?;
    Ok(core.run(keys::list).await?)
}

/// Begins a rotation: the new key is published at once and signs when every cache can know it.
pub async fn rotate(core: &Core, admin: &Administrator) -> Result<SigningKey, AdminError> {
    require(admin, Area::Keys, Access::Write)?;
    let admin = admin.clone();
    core.run(move |core| Ok(keys::rotate(core, |key| entry(&admin, Action::RotateKey, &key.kid))?)).await
}

/// The emergency: nothing that the key signed validates any more; see [`keys::revoke`].
pub async fn revoke(core: &Core, admin: &Administrator, kid: &str) -> Result<SigningKey, AdminError> {
    require(admin, Area::Keys, Access::Write)?;
    let (admin, kid) = (admin.clone(), kid.to_owned());
    core.run(move |core| {
        let revoked = keys::revoke(core, &kid, |key| entry(&admin, Action::RevokeKey, &key.kid))?;
        revoked.ok_or_else(|| absent("key", &kid))
    })
    .await
}

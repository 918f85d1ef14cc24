//! Organisations and groups: made at registration or by an operator, and the default one that new users join.

use super::core::Core;
use crate::{
    domain::{organisation::Membership, user::User},
    store::{Db, StoreError},
};

/// Makes the organisation that a registration names, with the user as its admin; without a name the user becomes a
/// member of the deployment's default organisation, if it has one.
pub fn settle(core: &Core, db: &mut Db, user: &User, name: Option<&str>) -> Result<Option<Membership>, StoreError> {
    if name.is_none() && core.settings.accounts.default_organisation.is_empty() {
        return Ok(None);
    }
    todo!()
}

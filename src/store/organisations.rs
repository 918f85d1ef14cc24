//! Tables `organisations` and `memberships`: who belongs where, and as what.

use super::{connection::Db, error::StoreError};
use crate::domain::{
    ids::{OrganisationId, UserId},
    organisation::{Membership, Organisation, OrganisationRole},
    time::Timestamp,
};

pub fn insert(db: &mut Db, organisation: &Organisation) -> Result<(), StoreError> {
    todo!()
}

pub fn find(db: &mut Db, id: &OrganisationId) -> Result<Option<Organisation>, StoreError> {
    todo!()
}

/// The oldest one of this name; names need not be unique.
pub fn find_by_name(db: &mut Db, name: &str) -> Result<Option<Organisation>, StoreError> {
    todo!()
}

pub fn list(db: &mut Db) -> Result<Vec<Organisation>, StoreError> {
    todo!()
}

/// Adds a member or changes the role; false where it was so already.
pub fn join(
    db: &mut Db,
    organisation: &OrganisationId,
    user: &UserId,
    role: OrganisationRole,
    now: Timestamp,
) -> Result<bool, StoreError> {
    todo!()
}

pub fn leave(db: &mut Db, organisation: &OrganisationId, user: &UserId) -> Result<bool, StoreError> {
    todo!()
}

/// The oldest membership: the contracts know one organisation per user.
pub fn find_membership(db: &mut Db, user: &UserId) -> Result<Option<Membership>, StoreError> {
    todo!()
}

/// Oldest first.
pub fn list_memberships(db: &mut Db, user: &UserId) -> Result<Vec<Membership>, StoreError> {
    todo!()
}

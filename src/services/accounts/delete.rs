//! Deleting an account, with everything that is its own.

use super::{Caller, Refusal, Whom};
use crate::services::core::Core;

/// For services with the scope `admin:users`. Sessions, grants, consents, keys, factors and identities go with the user; the
/// audit log stays.
pub async fn delete_user(core: &Core, caller: Caller, whom: Whom) -> Result<(), Refusal> {
    todo!()
}

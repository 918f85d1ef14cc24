//! Whether a code is right, and whether one is needed; each code counts once.

use crate::{
    config::Settings,
    domain::{ids::UserId, secret::Secret, session::SecondFactor, user::User},
    services::core::Core,
    store::{Db, StoreError},
};

/// What a sign-in of this user needs after the first factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    Nothing,
    Code,
    /// The deployment demands a factor that is not there yet.
    Enrolment,
}

pub fn demanded(settings: &Settings, db: &mut Db, user: &User) -> Result<Demand, StoreError> {
    todo!()
}

/// Spends a TOTP step or a backup code; `None` is a wrong code.
pub fn verify(
    core: &Core,
    db: &mut Db,
    user: &UserId,
    code: &Secret<String>,
) -> Result<Option<SecondFactor>, StoreError> {
    todo!()
}

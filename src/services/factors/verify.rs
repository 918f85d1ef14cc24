//! Whether a code is right, and whether one is needed; each code counts once.

use crate::{
    config::{Settings, second_factor::Required},
    crypto::{backup_code, seal, totp},
    domain::{
        ids::UserId,
        organisation::OrganisationRole,
        secret::Secret,
        session::SecondFactor,
        totp::TotpFactor,
        user::{Role, User},
    },
    services::core::Core,
    store::{Db, StoreError, organisations, totp_factors},
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
    if is_on(db, &user.id)? {
        return Ok(Demand::Code);
    }
    let required = match settings.second_factor.required {
        Required::Nobody => false,
        Required::Admins => is_admin(db, user)?,
        Required::Everybody => true,
    };
    Ok(if required { Demand::Enrolment } else { Demand::Nothing })
}

/// Whether this user has a second factor.
pub fn is_on(db: &mut Db, user: &UserId) -> Result<bool, StoreError> {
    Ok(totp_factors::find(db, user)?.is_some_and(|factor| factor.is_on()))
}

fn is_admin(db: &mut Db, user: &User) -> Result<bool, StoreError> {
    let memberships = organisations::list_memberships(db, &user.id)?;
    Ok(matches!(user.role, Role::Admin | Role::Auditor | Role::ClientManager)
        || memberships.iter().any(|membership| membership.role == OrganisationRole::Admin))
}

/// Spends a TOTP step or a backup code; `None` is a wrong code.
pub fn verify(
    core: &Core,
    db: &mut Db,
    user: &UserId,
    shown: &Secret<String>,
) -> Result<Option<SecondFactor>, StoreError> {
    let Some(factor) = totp_factors::find(db, user)?.filter(TotpFactor::is_on) else {
        return Ok(None);
    };
    let digits = digits(shown);
    if backup_code::is_one(digits.reveal()) {
        return spend_backup_code(core, db, user, &digits);
    }
    let spent = match step_of(core, &factor, &digits)? {
        Some(step) => totp_factors::spend_step(db, user, step)?,
        None => false,
    };
    Ok(spent.then_some(SecondFactor::Totp))
}

/// The step that a code of this authenticator belongs to.
pub(super) fn step_of(core: &Core, factor: &TotpFactor, shown: &Secret<String>) -> Result<Option<i64>, StoreError> {
    let secret = open(core, factor)?;
    Ok(totp::step_of(&secret, digits(shown).reveal(), core.clock.now()))
}

/// The secret of an authenticator is good for its row alone.
pub(super) fn seal(core: &Core, user: &UserId, secret: &Secret<Vec<u8>>) -> Vec<u8> {
    core.ring.seal(seal::Purpose::Totp, &context(user), secret.reveal())
}

pub(super) fn open(core: &Core, factor: &TotpFactor) -> Result<Secret<Vec<u8>>, StoreError> {
    let opened = core.ring.open(seal::Purpose::Totp, &context(&factor.user_id), &factor.sealed_secret);
    let lost = || StoreError::Fault(format!("totp_factors.sealed_secret of {} does not open", factor.user_id).into());
    opened.map(Secret::new).ok_or_else(lost)
}

fn context(user: &UserId) -> Vec<u8> {
    format!("totp_factors/sealed_secret/{user}").into_bytes()
}

/// Authenticators and people group the digits.
fn digits(shown: &Secret<String>) -> Secret<String> {
    Secret::new(shown.reveal().chars().filter(|c| !c.is_whitespace() && *c != '-').collect())
}

fn spend_backup_code(
    core: &Core,
    db: &mut Db,
    user: &UserId,
    shown: &Secret<String>,
) -> Result<Option<SecondFactor>, StoreError> {
    for digest in backup_code::digests(&core.ring, user, shown.reveal()) {
        if totp_factors::spend_backup_code(db, user, &digest)? {
            return Ok(Some(SecondFactor::BackupCode));
        }
    }
    Ok(None)
}

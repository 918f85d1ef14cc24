//! Setting a second factor up, and taking it away.

use super::QrCode;
use crate::{
    domain::secret::Secret,
    services::{
        accounts::{Caller, Refusal},
        core::Core,
    },
};

/// What the user is shown once.
#[derive(Debug)]
pub struct Enrolment {
    /// Base32, 160 bits.
    pub secret: Secret<String>,
    /// `otpauth://totp/…`
    pub uri: Secret<String>,
    /// Ten of eight digits.
    pub backup_codes: Vec<Secret<String>>,
}

/// A new secret that counts only after [`confirm`]; [`Refusal::SecondFactorAlreadyOn`] where one is on.
pub async fn enable(core: &Core, caller: Caller) -> Result<Enrolment, Refusal> {
    todo!()
}

/// Turns it on with a first code.
pub async fn confirm(core: &Core, caller: Caller, code: Secret<String>) -> Result<(), Refusal> {
    todo!()
}

/// Takes the password and a TOTP or backup code.
pub async fn disable(
    core: &Core,
    caller: Caller,
    password: Secret<String>,
    code: Secret<String>,
) -> Result<(), Refusal> {
    todo!()
}

/// Ten new backup codes in the place of the old ones; takes a TOTP code.
pub async fn renew_backup_codes(
    core: &Core,
    caller: Caller,
    code: Secret<String>,
) -> Result<Vec<Secret<String>>, Refusal> {
    todo!()
}

pub async fn pending(core: &Core, caller: Caller) -> Result<Option<Enrolment>, Refusal> {
    todo!()
}

pub async fn begin_enrolment(
    core: &Core,
    token: Secret<String>,
    door: crate::domain::session::Door,
    visitor: crate::services::visitor::Visitor,
) -> Result<Enrolment, Refusal> {
    todo!()
}

pub async fn finish_enrolment(core: &Core, answer: super::Answer) -> Result<crate::services::sessions::Begun, Refusal> {
    todo!()
}

impl Enrolment {
    pub fn qr_code(&self) -> QrCode {
        todo!()
    }
}

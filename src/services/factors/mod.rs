//! The second factor: set up, asked for, taken away.

mod alarm;
mod challenge;
mod enrolment;
mod qr;
mod verify;

pub(in crate::services) use alarm::sound as sound_alarm;
pub use challenge::{Answer, Challenge, answer, pose};
pub use enrolment::{
    Enrolment, begin_enrolment, confirm, disable, enable, finish_enrolment, pending, renew_backup_codes,
};
pub use qr::QrCode;
pub use verify::{Demand, demanded, is_on, verify};

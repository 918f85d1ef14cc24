//! Keys, seals, signatures and digests: everything that must stay secret or prove something.

pub mod algorithm;
pub mod api_key;
pub mod backup_code;
pub mod chain;
pub mod code;
pub mod digest;
pub mod jwt;
pub mod key_file;
pub mod keyring;
pub mod one_time;
pub mod passwords;
pub mod published;
pub mod random;
pub mod refresh;
#[cfg(test)]
mod samples;
pub mod seal;
mod sealing_key;
pub mod totp;

/// A cryptographic primitive refused what it always does: there is nothing safe to answer after that.
fn broken(primitive: &'static str) -> ! {
    tracing::error!(primitive, "a cryptographic primitive failed, the process stops");
    std::process::abort()
}

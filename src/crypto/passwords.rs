//! Passwords: argon2id (RFC 9106), and nothing else is hashed this slowly.

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};

use super::random;

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    pub memory_kib: u32,
    pub iterations: u32,
    pub lanes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("argon2id refuses this cost: at least 1 iteration, 1 lane and 8 KiB of memory for each lane")]
    Cost,
    #[error("the password could not be hashed")]
    Hash,
}

/// A PHC string with a salt of its own. The caller has refused passwords that are too long.
pub fn hash(cost: &Cost, password: &str) -> Result<String, PasswordError> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
    let phc = argon2.hash_password_with_salt(password.as_bytes(), &random::bytes::<16>());
    phc.map(|phc| phc.to_string()).ok().ok_or(PasswordError::Hash)
}

/// At the cost that the PHC string names; a damaged string fits no password.
pub fn verify(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).is_ok_and(|phc| Argon2::default().verify_password(password.as_bytes(), &phc).is_ok())
}

/// Whether the hash was made at another cost: the next sign-in replaces it.
pub fn needs_rehash(cost: &Cost, phc: &str) -> bool {
    let Ok(phc) = PasswordHash::new(phc) else { return true };
    let same = Params::try_from(&phc).is_ok_and(|made| {
        (made.m_cost(), made.t_cost(), made.p_cost()) == (cost.memory_kib, cost.iterations, cost.lanes)
    });
    !same || phc.algorithm != Algorithm::Argon2id.ident()
}

/// A hash that fits no password, for accounts that do not exist: verifying it takes as long as a real one.
pub fn decoy(cost: &Cost) -> Result<String, PasswordError> {
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&cost.params()?).ok().ok_or(PasswordError::Cost)?,
        salt: Some(Salt::new(&random::bytes::<16>()).ok().ok_or(PasswordError::Hash)?),
        hash: Some(Output::new(&random::bytes::<32>()).ok().ok_or(PasswordError::Hash)?),
    };
    Ok(phc.to_string())
}

impl Cost {
    fn params(&self) -> Result<Params, PasswordError> {
        Params::new(self.memory_kib, self.iterations, self.lanes, None).ok().ok_or(PasswordError::Cost)
    }
}

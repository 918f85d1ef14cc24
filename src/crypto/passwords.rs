//! Passwords: argon2id (RFC 9106), and nothing else is hashed this slowly.

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::phc::{Output, ParamsString, Salt},
};
use subtle::ConstantTimeEq;

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
    let salt = random::bytes::<16>();
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost.params()?);
    let output = output(&argon2, password, &salt, Params::DEFAULT_OUTPUT_LEN).ok_or(PasswordError::Hash)?;
    phc(cost, &salt, &output)
}

/// At the cost that the PHC string names; a damaged string fits no password.
pub fn verify(password: &str, phc: &str) -> bool {
    PasswordHash::new(phc).ok().and_then(|phc| fits(password, &phc)).unwrap_or(false)
}

fn fits(password: &str, phc: &PasswordHash) -> Option<bool> {
    let algorithm = Algorithm::try_from(phc.algorithm.as_str()).ok()?;
    let version = phc.version.map_or(Ok(Version::V0x13), Version::try_from).ok()?;
    let (salt, expected) = (phc.salt.as_ref()?, phc.hash.as_ref()?);
    let argon2 = Argon2::new(algorithm, version, Params::try_from(phc).ok()?);
    let made = output(&argon2, password, salt, expected.as_bytes().len())?;
    Some(made.ct_eq(expected.as_bytes()).into())
}

/// The work itself. An allocation of more than 32 MiB is always mapped apart and goes back to the system when it is
/// freed; a smaller one the allocator may keep, 19 MiB for each thread that ever hashed. What is not used is not touched.
fn output(argon2: &Argon2<'_>, password: &str, salt: &[u8], length: usize) -> Option<Vec<u8>> {
    const MAPPED_APART: usize = 33 * 1024;
    let blocks = argon2.params().block_count();
    let mut memory = Vec::with_capacity(blocks.max(MAPPED_APART));
    memory.resize(blocks, Block::default());
    let mut output = vec![0; length];
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut output, &mut memory).ok()?;
    Some(output)
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
    phc(cost, &random::bytes::<16>(), &random::bytes::<32>())
}

fn phc(cost: &Cost, salt: &[u8], output: &[u8]) -> Result<String, PasswordError> {
    let phc = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&cost.params()?).ok().ok_or(PasswordError::Cost)?,
        salt: Some(Salt::new(salt).ok().ok_or(PasswordError::Hash)?),
        hash: Some(Output::new(output).ok().ok_or(PasswordError::Hash)?),
    };
    Ok(phc.to_string())
}

impl Cost {
    fn params(&self) -> Result<Params, PasswordError> {
        Params::new(self.memory_kib, self.iterations, self.lanes, None).ok().ok_or(PasswordError::Cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost { memory_kib: 8, iterations: 1, lanes: 1 };
    /// By the reference implementation: "password", "somesalt", 64 MiB, 2 iterations.
    const REFERENCE: &str = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

    #[test]
    fn only_the_password_itself_fits() {
        let phc = hash(&CHEAP, "correct horse").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{phc}");
        assert!(verify("correct horse", &phc));
        for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
            assert!(!verify(wrong, &phc), "{wrong:?}");
        }
    }

    #[test]
    fn the_same_password_hashes_to_something_else_each_time() {
        assert_ne!(hash(&CHEAP, "x").unwrap(), hash(&CHEAP, "x").unwrap());
    }

    #[test]
    fn a_hash_of_another_cost_still_verifies_and_is_due_for_a_new_one() {
        assert!(verify("password", REFERENCE));
        assert!(!verify("passwort", REFERENCE));
        assert!(needs_rehash(&CHEAP, REFERENCE));
        assert!(!needs_rehash(&Cost { memory_kib: 65_536, iterations: 2, lanes: 1 }, REFERENCE));
    }

    #[test]
    fn another_variant_or_a_damaged_hash_is_due_for_a_new_one() {
        let phc = hash(&CHEAP, "x").unwrap();
        assert!(!needs_rehash(&CHEAP, &phc));
        assert!(needs_rehash(&CHEAP, &phc.replace("argon2id", "argon2i")));
        assert!(needs_rehash(&CHEAP, "damaged"));
    }

    #[test]
    fn a_damaged_hash_fits_no_password() {
        let phc = hash(&CHEAP, "").unwrap();
        let (without_output, _) = phc.rsplit_once('$').unwrap();
        for damaged in ["", "x", "$argon2id$", "$unknown$x", without_output] {
            assert!(!verify("", damaged), "{damaged}");
        }
    }

    #[test]
    fn a_decoy_costs_the_same_and_fits_nothing() {
        let phc = decoy(&CHEAP).unwrap();
        assert!(!needs_rehash(&CHEAP, &phc));
        assert!(!verify("", &phc));
        assert_eq!(phc.len(), hash(&CHEAP, "x").unwrap().len());
    }

    #[test]
    fn a_cost_that_argon2_refuses_is_an_error() {
        for cost in [Cost { memory_kib: 7, ..CHEAP }, Cost { iterations: 0, ..CHEAP }, Cost { lanes: 0, ..CHEAP }] {
            assert_eq!(hash(&cost, "x"), Err(PasswordError::Cost));
            assert_eq!(decoy(&cost), Err(PasswordError::Cost));
        }
    }
}

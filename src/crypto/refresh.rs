//! Refresh tokens: a family and a generation under a MAC, so that a forged one costs no query and a stolen database holds none.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::seal::{Mac, Purpose, SealingRing};
use crate::domain::{
    grant::{FamilyId, RefreshToken},
    secret::Secret,
};

const VERSION: u8 = 1;

/// version ‖ key number ‖ family ‖ generation ‖ MAC, 78 characters of base64url.
pub fn mint(ring: &SealingRing, token: &RefreshToken) -> Secret<String> {
    let mac = ring.mac(Purpose::Refresh, &message(token));
    let generation = token.generation.to_be_bytes();
    let parts: [&[u8]; 4] = [&[VERSION, mac.key_id], &token.family.0, &generation, &mac.tag];
    Secret::new(URL_SAFE_NO_PAD.encode(parts.concat()))
}

/// Checks the whole text: another spelling of the same bytes is not the token.
pub fn parse(ring: &SealingRing, text: &str) -> Option<RefreshToken> {
    if text.len() != 78 {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (&[version, key_id], rest) = bytes.split_first_chunk::<2>()?;
    let (&family, rest) = rest.split_first_chunk::<16>()?;
    let (&generation, tag) = rest.split_first_chunk::<8>()?;
    let mac = Mac { key_id, tag: tag.try_into().ok()? };

    let token = RefreshToken { family: FamilyId(family), generation: i64::from_be_bytes(generation) };
    let genuine = version == VERSION && ring.verify_mac(Purpose::Refresh, &message(&token), &mac);
    genuine.then_some(token)
}

/// The key number is not in it: it names the key, and no two numbers name the same one.
fn message(token: &RefreshToken) -> Vec<u8> {
    let parts: [&[u8]; 3] = [&[VERSION], &token.family.0, &token.generation.to_be_bytes()];
    parts.concat()
}

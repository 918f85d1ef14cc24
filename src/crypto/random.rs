//! Randomness, from the library's generator that the operating system seeds.

use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::broken;
use crate::domain::secret::Secret;

pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if rand::fill(&mut bytes).is_err() {
        broken("random numbers");
    }
    bytes
}

/// A secret of 256 bits as 43 characters that fit into a URL, a header and a form.
pub fn token() -> Secret<String> {
    let secret = Zeroizing::new(bytes::<32>());
    Secret::new(URL_SAFE_NO_PAD.encode(*secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tokens_differ_and_carry_256_bits() {
        let (one, two) = (token(), token());
        assert_ne!(one.reveal(), two.reveal());
        assert_eq!(URL_SAFE_NO_PAD.decode(one.reveal()).map(|bytes| bytes.len()), Ok(32));
    }
}

//! Segments of a path: any text can be one.

use std::fmt::Write as _;

/// RFC 3986 §2.1: everything but the unreserved characters.
pub fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_may_be_an_address() {
        assert_eq!(escape("https://api.example/a b"), "https%3A%2F%2Fapi.example%2Fa%20b");
    }
}

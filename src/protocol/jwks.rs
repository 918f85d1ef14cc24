//! The key set. RFC 7517 §5.

use serde_json::{Value, json};

/// `{"keys":[…]}`, ready to send.
pub fn document(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

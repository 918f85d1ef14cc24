//! Our nouns and their invariants: pure values, without IO, clock or randomness.

pub mod client;
pub mod code;
pub mod consent;
pub mod grant;
pub mod ids;
pub mod key;
pub mod scope;
pub mod secret;
pub mod session;
pub mod time;
pub mod user;

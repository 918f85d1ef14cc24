//! Our nouns and their invariants: pure values, without IO, clock or randomness.

pub mod administrator;
pub mod api_key;
pub mod audit;
pub mod client;
pub mod code;
pub mod consent;
pub mod grant;
pub mod identity;
pub mod ids;
pub mod key;
pub mod letter;
pub mod limit;
pub mod met;
pub mod mount;
pub mod one_time;
pub mod organisation;
pub mod refused;
pub mod scope;
pub mod secret;
pub mod session;
pub mod text;
pub mod time;
pub mod totp;
pub mod usage;
pub mod user;

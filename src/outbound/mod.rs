//! The only folder that opens connections to others.

pub mod fetch;
pub mod loopback;
pub mod mail;

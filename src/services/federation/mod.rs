//! Accounts elsewhere: directories that know passwords, providers that vouch for people.

pub mod directory;
pub mod identities;
pub mod provider;
pub mod sso;

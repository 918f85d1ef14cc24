//! Accounts elsewhere: directories that know passwords, providers that vouch for people.

pub mod directory;
pub mod identities;
mod newcomer;
pub mod provider;
pub mod sso;
mod trip;

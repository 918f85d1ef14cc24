//! What people do with their accounts, whatever the door: the verbs themselves, on one node and on several.

pub(crate) mod authenticator;
mod factors;
mod limits;
mod login;
mod once;

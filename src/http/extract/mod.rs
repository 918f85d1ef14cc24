//! What handlers take from a request, refused at the door where it is malformed.

pub mod address;
pub mod authorization;
pub mod cookies;
pub mod form;
pub mod json;
pub mod origin;
pub mod path;
pub mod query;
pub mod visitor;

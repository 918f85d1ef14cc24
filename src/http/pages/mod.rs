//! The pages a person sees, each file a page: its handler and its askama view side by side.

pub mod assets;
pub mod choose_account;
pub mod consent;
pub mod error;
pub mod form_post;
pub mod home;
pub mod layout;
pub mod login;
pub mod logout;
pub mod outbox;
pub mod playground;
mod send;
pub mod signed_out;
pub mod step;

//! The pages a person sees, each file a page: its handler and its askama view side by side.

pub mod account;
pub mod assets;
pub mod choose_account;
pub mod confirm;
pub mod consent;
pub mod enrolment;
pub mod error;
pub mod forgot;
pub mod form_post;
pub mod home;
pub mod layout;
pub mod login;
pub mod logout;
pub mod outbox;
pub mod playground;
pub mod register;
pub mod reset;
pub mod second_factor;
pub(in crate::http) mod send;
pub mod signed_out;
pub mod step;
pub mod upstream;
pub(in crate::http) mod when;

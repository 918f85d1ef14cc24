//! For those who run the server: is it alive, is it ready, and its files.

pub mod assets;
pub mod health;

//! People at the doors of administration.

mod console;
mod escalation;
mod first;
mod invitation;
mod races;
mod rest;

//! Clients at the REST API and at the console.

mod console;
mod race;
mod rest;
mod rights;
mod trial;

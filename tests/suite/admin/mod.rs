//! The administration: its REST API and its console, a file per feature.

mod api_keys;
mod groups;
mod organisations;
mod resources;

//! Administration at its doors: the REST API and the console.

mod api_keys;
mod clients;
mod console;
mod dashboard;
mod groups;
mod hostile;
mod keys;
mod organisations;
mod overview;
mod providers;
mod races;
mod resources;
mod roles;
mod schema;
mod scopes;
mod users;
pub(crate) mod world;

use crate::harness::Answer;

#[track_caller]
fn says(page: &Answer, words: &str) {
    assert!(page.text().contains(words), "{words} is not on {}: {}", page.url, page.text());
}

#[track_caller]
fn is_silent_about(page: &Answer, words: &str) {
    assert!(!page.text().contains(words), "{words} is on {}: {}", page.url, page.text());
}

/// What may stand in any field, and must stay text.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>";

//! Every operation of the REST API and every page of the console, by everybody who might try.

mod console;
mod document;
mod rest;

/// Whose each path is, by its first segment. A path that has no line here, and a line without a path, fail a test.
const AREAS: &[(&str, &str)] = &[
    ("clients", "clients"),
    ("scopes", "clients"),
    ("resources", "clients"),
    ("users", "users"),
    ("organisations", "users"),
    ("groups", "users"),
    ("api-keys", "users"),
    ("providers", "users"),
    ("keys", "keys"),
    ("audit", "audit"),
    ("audit-events", "audit"),
    ("refused", "clients"),
    ("refused-requests", "clients"),
];

pub(super) const EVERY_SCOPE: [&str; 4] = ["admin:clients", "admin:users", "admin:keys", "admin:audit"];

#[track_caller]
fn area(path: &str) -> &'static str {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    let line = AREAS.iter().find(|(segment, _)| *segment == first);
    line.unwrap_or_else(|| panic!("{path} belongs to nobody: add it to AREAS")).1
}

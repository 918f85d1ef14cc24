//! Answers with what differs from run to run replaced by its kind, so that the rest can be compared as it is.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde_json::Value;
use signet::services::api_keys;

use crate::harness::header;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Ids become `<id:usr_>`, times `<time+3600>` (seconds from now), tokens `<jwt>`, `<refresh>`, `<key:sk_live_>`, …
pub(super) fn redacted(value: &Value, now: i64) -> Value {
    match value {
        Value::String(text) => Value::String(kind(text, now).unwrap_or_else(|| text.clone())),
        Value::Array(items) => items.iter().map(|item| redacted(item, now)).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), redacted(value, now)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

/// `None`: it stays as it is.
fn kind(text: &str, now: i64) -> Option<String> {
    id(text)
        .or_else(|| time(text, now))
        .or_else(|| is_access_token(text).then(|| "<jwt>".to_owned()))
        .or_else(|| key(text))
        .or_else(|| key_prefix(text))
        .or_else(|| challenge(text))
        .or_else(|| is_png(text).then(|| "<png>".to_owned()))
        .or_else(|| letters(text, 78, is_base64url).then(|| "<refresh>".to_owned()))
        .or_else(|| {
            letters(text, 32, |c| c.is_ascii_uppercase() || ('2'..='7').contains(&c)).then(|| "<base32>".to_owned())
        })
        .or_else(|| letters(text, 8, |c| c.is_ascii_digit()).then(|| "<8 digits>".to_owned()))
}

fn id(text: &str) -> Option<String> {
    let (kind, digits) = text.split_once('_')?;
    let known = ["usr", "org", "key"].contains(&kind) && letters(digits, 30, |c| c.is_ascii_hexdigit());
    known.then(|| format!("<id:{kind}_>"))
}

/// As every document writes it: whole seconds of UTC, with a `Z`.
fn time(text: &str, now: i64) -> Option<String> {
    let at = DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc);
    let canonical = at.format("%Y-%m-%dT%H:%M:%SZ").to_string() == text;
    let distance = at.timestamp() - now;
    let name = if distance == 0 { "<time>".to_owned() } else { format!("<time{distance:+}>") };
    canonical.then_some(name)
}

/// RS256, whatever the examples show.
fn is_access_token(text: &str) -> bool {
    let shaped = text.starts_with("eyJ") && text.split('.').count() == 3;
    shaped && header(text)["alg"] == "RS256" && header(text)["typ"] == "at+jwt"
}

fn key(text: &str) -> Option<String> {
    let front = text.rsplit_once('_')?.0;
    api_keys::looks_like_one(text).then(|| format!("<key:{front}_>"))
}

/// The beginning by which people know a key again, with or without dots behind it.
fn key_prefix(text: &str) -> Option<String> {
    let shown = text.trim_end_matches('.');
    let (front, body) = shown.rsplit_once('_')?;
    let known = ["sk_live", "sk_test", "pat_live", "pat_test", "cdt_live", "cdt_test"].contains(&front);
    let fits = known && letters(body, 3, |c| c.is_ascii_alphanumeric());
    fits.then(|| format!("<prefix:{front}_>{}", text.strip_prefix(shown).unwrap_or_default()))
}

/// 256 random bits behind the contract's own word.
fn challenge(text: &str) -> Option<String> {
    let word = ["ch_", "temp_"].into_iter().find(|word| text.starts_with(word))?;
    letters(text.strip_prefix(word)?, 43, is_base64url).then(|| format!("<token:{word}>"))
}

fn is_png(text: &str) -> bool {
    let picture = text.strip_prefix("data:image/png;base64,").and_then(|encoded| STANDARD.decode(encoded).ok());
    picture.is_some_and(|bytes| bytes.starts_with(PNG))
}

fn letters(text: &str, count: usize, fits: impl Fn(char) -> bool) -> bool {
    text.chars().count() == count && text.chars().all(fits)
}

fn is_base64url(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

//! Columns to nouns and back: what a row says must be a word that the domain knows.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::StoreError;
use crate::{
    domain::{
        client::{ClientId, ClientStatus, Party},
        ids::{Id, Kind},
        secret::SecretDigest,
        session::Methods,
        time::Timestamp,
    },
    protocol::{claims::ClaimsRequest, scope::Scope},
};

/// The value, or a fault that names the column: only a newer server or a hand on the database writes other words.
pub(super) fn known<T>(column: &str, value: Option<T>) -> Result<T, StoreError> {
    value.ok_or_else(|| StoreError::fault(format!("column {column} holds a value that this version does not know")))
}

pub(super) fn id<K: Kind>(column: &str, text: &str) -> Result<Id<K>, StoreError> {
    known(column, Id::parse(text))
}

pub(super) fn client_id(text: &str) -> Result<ClientId, StoreError> {
    known("client_id", ClientId::parse(text))
}

pub(super) fn scope(text: &str) -> Result<Scope, StoreError> {
    known("scope", Scope::parse(text))
}

pub(super) fn methods(text: &str) -> Result<Methods, StoreError> {
    known("methods", Methods::parse(text))
}

pub(super) fn digest(bytes: Vec<u8>) -> Result<SecretDigest, StoreError> {
    known("digest", <[u8; 32]>::try_from(bytes).ok().map(SecretDigest))
}

pub(super) fn moment(seconds: Option<i64>) -> Option<Timestamp> {
    seconds.map(Timestamp::from_unix)
}

/// An absent request is NULL, so that the common row stays small.
pub(super) fn claims_text(claims: &ClaimsRequest) -> Option<String> {
    (!claims.is_empty()).then(|| claims.to_json())
}

pub(super) fn claims(text: Option<&str>) -> ClaimsRequest {
    text.map(ClaimsRequest::from_json).unwrap_or_default()
}

pub(super) fn list_text<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| Value::from(item.as_ref())).collect::<Value>().to_string()
}

pub(super) fn strings(column: &str, text: &str) -> Result<Vec<String>, StoreError> {
    known(column, serde_json::from_str(text).ok())
}

/// Each member keeps the JSON it was given.
pub(super) fn attributes_text(members: &BTreeMap<String, String>) -> String {
    let parse = |json: &String| serde_json::from_str(json).unwrap_or(Value::Null);
    members.iter().map(|(name, json)| (name.clone(), parse(json))).collect::<Value>().to_string()
}

pub(super) fn attributes(text: &str) -> Result<BTreeMap<String, String>, StoreError> {
    let members: BTreeMap<String, Value> = known("users.attributes", serde_json::from_str(text).ok())?;
    Ok(members.into_iter().map(|(name, value)| (name, value.to_string())).collect())
}

/// A list of words of which the domain must know each.
pub(super) fn words<T>(column: &str, text: &str, parse: fn(&str) -> Option<T>) -> Result<Vec<T>, StoreError> {
    let parsed = strings(column, text)?.iter().map(|word| parse(word)).collect();
    known(column, parsed)
}

pub(super) const fn party(first: bool) -> Party {
    if first { Party::First } else { Party::Third }
}

pub(super) const fn status(enabled: bool) -> ClientStatus {
    if enabled { ClientStatus::Enabled } else { ClientStatus::Disabled }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_survives_its_text() {
        let items = vec!["https://a.example/cb?x=\"1\"".to_owned(), "é,\\".to_owned()];
        assert_eq!(strings("c", &list_text(&items)).unwrap(), items);
        assert_eq!(list_text::<&str>([]), "[]");
    }

    #[test]
    fn an_unknown_word_is_a_fault_that_names_the_column() {
        let error = known::<()>("users.status", None).unwrap_err();
        assert!(error.to_string().contains("users.status"), "{error}");
    }
}

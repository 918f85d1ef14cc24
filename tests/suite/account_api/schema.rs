//! As much of JSON Schema as the OpenAPI documents use: references, types, members, and their combinations.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

#[track_caller]
pub(super) fn expect_fit(document: &Value, schema: &Value, value: &Value, place: &str) {
    if let Err(why) = fits(document, schema, value) {
        panic!("{place}: {why}\n{value:#}");
    }
}

/// The same, and the schema leaves no member open that is there: a program may rely on all of them.
#[track_caller]
pub(super) fn expect_whole(document: &Value, schema: &Value, value: &Value, place: &str) {
    expect_fit(document, schema, value, place);
    for schema in objects(document, schema) {
        let mut members = Members::default();
        members.collect(document, schema);
        let named: BTreeSet<&str> = members.properties.keys().copied().collect();
        assert_eq!(named, members.required, "{place}");
    }
}

/// Every object schema within a schema.
fn objects<'a>(document: &'a Value, schema: &'a Value) -> Vec<&'a Value> {
    let schema = resolved(document, schema);
    let parts = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|name| schema[name].as_array()).flatten();
    let members = schema["properties"].as_object().into_iter().flat_map(|members| members.values());
    let inner = parts.chain(members).chain(schema.get("items"));
    let inner = inner.flat_map(|part| objects(document, part)).collect::<Vec<_>>();
    schema["properties"].is_object().then_some(schema).into_iter().chain(inner).collect()
}

/// The members of an object schema, those of its parts among them.
#[derive(Default)]
struct Members<'a> {
    properties: BTreeMap<&'a str, &'a Value>,
    required: BTreeSet<&'a str>,
}

fn fits(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = resolved(document, schema);
    for choice in ["oneOf", "anyOf"] {
        if let Some(schemas) = schema[choice].as_array() {
            let results: Vec<_> = schemas.iter().map(|schema| fits(document, schema, value)).collect();
            let fitting = results.iter().any(Result::is_ok);
            return fitting.then_some(()).ok_or_else(|| format!("none of {choice}: {results:?}"));
        }
    }
    let is_object = schema["allOf"].is_array() || schema["properties"].is_object();
    if !is_of_type(schema, value) || (is_object && !value.is_object() && schema["type"].is_null()) {
        return Err(format!("{value} is no {}", schema["type"]));
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| fits(document, &schema["items"], item)),
        Value::Object(given) if is_object => {
            let mut members = Members::default();
            members.collect(document, schema);
            if let Some(missing) = members.required.iter().find(|name| !given.contains_key(**name)) {
                return Err(format!("{missing} is missing"));
            }
            given.iter().try_for_each(|(name, value)| {
                let property = members.properties.get(name.as_str()).ok_or_else(|| format!("{name} is unknown"))?;
                fits(document, property, value).map_err(|why| format!("{name}: {why}"))
            })
        }
        _ => Ok(()),
    }
}

impl<'a> Members<'a> {
    fn collect(&mut self, document: &'a Value, schema: &'a Value) {
        let schema = resolved(document, schema);
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.collect(document, part);
        }
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            self.properties.insert(name, property);
        }
        self.required.extend(schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str));
    }
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(pointer) => document.pointer(pointer.trim_start_matches('#')).unwrap_or_else(|| panic!("no {pointer}")),
        None => schema,
    }
}

fn is_of_type(schema: &Value, value: &Value) -> bool {
    let is = |name: &str| match name {
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        other => panic!("a type of its own: {other}"),
    };
    match &schema["type"] {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

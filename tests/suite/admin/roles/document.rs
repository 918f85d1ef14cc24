//! The operations that the served document has: their areas, and a body that each of them can read.

use serde_json::{Map, Value, json};

use crate::harness::{Method, Server};

/// One path and method.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) id: String,
    pub(super) method: Method,
    /// With its parameters in braces.
    pub(super) path: String,
    /// The scopes that the document asks for.
    pub(super) scopes: Vec<String>,
    /// What it takes in the query, or as a header.
    pub(super) parameters: Vec<String>,
    pub(super) body: Option<Value>,
}

impl Operation {
    pub(super) fn reads(&self) -> bool {
        self.method == Method::GET
    }

    /// With something in place of its parameters.
    pub(super) fn path(&self, client: &str) -> String {
        let named = self.path.replace("{client_id}", client);
        let segments = named.split('/').map(|segment| if segment.starts_with('{') { "nothing" } else { segment });
        segments.collect::<Vec<_>>().join("/")
    }
}

pub(super) async fn served(server: &Server) -> Value {
    server.get("/admin/api/v1/openapi.json").await.expect_status(200).json()
}

pub(super) fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().unwrap();
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().iter();
        methods.map(move |(method, operation)| {
            let schema = operation.pointer("/requestBody/content/application~1json/schema");
            Operation {
                id: operation["operationId"].as_str().unwrap().to_owned(),
                method: Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(),
                path: path.clone(),
                scopes: scopes(operation),
                parameters: parameters(operation),
                body: schema.map(|schema| sample(document, schema)),
            }
        })
    });
    each.collect()
}

fn scopes(operation: &Value) -> Vec<String> {
    let schemes = operation["security"].as_array().into_iter().flatten();
    let scopes = schemes.flat_map(|scheme| scheme["bearer"].as_array().into_iter().flatten());
    scopes.map(|scope| scope.as_str().unwrap().to_owned()).collect()
}

fn parameters(operation: &Value) -> Vec<String> {
    let all = operation["parameters"].as_array().into_iter().flatten();
    let beside = all.filter(|parameter| parameter["in"] != "path");
    beside.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
}

/// The least that fits a schema.
fn sample(document: &Value, schema: &Value) -> Value {
    if let Some(pointer) = schema["$ref"].as_str() {
        return sample(document, document.pointer(pointer.trim_start_matches('#')).unwrap());
    }
    if let Some(first) = schema["enum"].get(0).or_else(|| schema["example"].as_str().map(|_| &schema["example"])) {
        return first.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let merged = parts.iter().filter_map(|part| sample(document, part).as_object().cloned()).flatten();
        return Value::Object(merged.collect());
    }
    if let Some(first) = schema["oneOf"].get(0).or_else(|| schema["anyOf"].get(0)) {
        return sample(document, first);
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind.unwrap_or("object") {
        "string" => json!("text"),
        "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(1)),
        "boolean" => json!(false),
        "array" => json!([]),
        _ => Value::Object(members(document, schema)),
    }
}

fn members(document: &Value, schema: &Value) -> Map<String, Value> {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    required.map(|name| (name.to_owned(), sample(document, &schema["properties"][name]))).collect()
}
